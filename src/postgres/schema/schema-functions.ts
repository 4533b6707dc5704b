import { createHash } from "node:crypto";
import { readMigrations } from "./migration-files.ts";

/** A function of ours as this release ships it. */
export interface OwnFunction {
  readonly name: string;
  /** MD5 of the body, hex: what `md5(pg_proc.prosrc)` says. */
  readonly body: string;
  /** Whether it is called by triggers: those run with their owner's rights, search path and lock timeout. */
  readonly trigger: boolean;
}

const FUNCTION = /CREATE OR REPLACE FUNCTION flagd_sync\.(\w+)\(([\s\S]*?)AS \$\$([\s\S]*?)\$\$/g;

/** The functions of ours, from the steps of the set-up; the last definition of a name counts. */
export function ownFunctions(): readonly OwnFunction[] {
  const functions = new Map<string, OwnFunction>();
  for (const { sql } of readMigrations()) {
    for (const [, name = "", head = "", body = ""] of sql.matchAll(FUNCTION)) {
      const trigger = head.includes("RETURNS trigger");
      functions.set(name, { name, body: createHash("md5").update(body).digest("hex"), trigger });
    }
  }
  return [...functions.values()];
}

/** How trigger functions are set up where Flagsmith's tables lie in `schema` (quoted as SQL would). */
export function triggerSettings(schema: string): readonly string[] {
  const quoted = /^[a-z_][a-z0-9_]*$/.test(schema) ? schema : `"${schema.replaceAll('"', '""')}"`;
  return [`search_path=${quoted}, pg_temp`, "lock_timeout=100ms"];
}
