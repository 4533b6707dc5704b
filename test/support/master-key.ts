import { pbkdf2Sync, randomBytes } from "node:crypto";
import type { Queryable } from "../../src/postgres/connection/database.ts";

/** A master API key as Flagsmith makes one, and the hash that Django stores of it. */
export function newMasterKey(iterations = 1_000): { key: string; prefix: string; hashedKey: string } {
  const prefix = randomBytes(4).toString("hex");
  const key = `${prefix}.${randomBytes(16).toString("hex")}`;
  return { key, prefix, hashedKey: djangoHash(key, iterations) };
}

/** As Django writes it; it writes 1,000,000 iterations, which a test need not wait for. */
export function djangoHash(key: string, iterations = 1_000, salt = "salt"): string {
  const digest = pbkdf2Sync(key, salt, iterations, 32, "sha256").toString("base64");
  return `pbkdf2_sha256$${iterations}$${salt}$${digest}`;
}

/** Writes a master key's row. */
export async function createMasterKey(
  database: Queryable,
  organisationId: number,
  { isAdmin = true, iterations = 1_000 } = {},
): Promise<{ key: string; prefix: string }> {
  const { key, prefix, hashedKey } = newMasterKey(iterations);
  await database.query(
    `INSERT INTO api_keys_masterapikey (id, prefix, hashed_key, created, name, revoked, organisation_id, is_admin)
     VALUES ($1, $2, $3, now(), 'test', false, $4, $5)`,
    [`${prefix}.${hashedKey}`, prefix, hashedKey, organisationId, isAdmin],
  );
  return { key, prefix };
}
