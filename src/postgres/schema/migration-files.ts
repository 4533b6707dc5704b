import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** One numbered step of the set-up, as shipped with this release. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of `sql`, hex: an applied migration that differs is reported, never overwritten. */
  readonly checksum: string;
}

const FOLDER = new URL("../migrations/", import.meta.url);

/** The migrations of this release in order. */
export function readMigrations(): readonly Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => /^\d{6}_\w+\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, FOLDER), "utf8");
      return {
        id: Number(file.slice(0, 6)),
        name: file.slice(7, -4),
        sql,
        checksum: createHash("sha256").update(sql).digest("hex"),
      };
    });
}
