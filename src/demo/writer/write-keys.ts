import type { Queryable } from "../../postgres/connection/database.ts";
import { numberOf } from "./read-rows.ts";
import { randomKey } from "./write-places.ts";

/** A server-side key to make; `key` only where it must be a known one. */
export interface ServerKeyOptions {
  readonly environmentId: number;
  readonly name: string;
  readonly key?: string;
  readonly expiresAt?: Date;
}

/** A new server-side key. Keys are rows of their own: no environment's `updated_at` moves. */
export async function createServerKey(
  database: Queryable,
  options: ServerKeyOptions,
): Promise<{ readonly id: number; readonly key: string }> {
  const key = options.key ?? `ser.${randomKey()}`;
  const id = numberOf(
    await database.query(
      `INSERT INTO environments_environmentapikey (environment_id, key, name, created_at, expires_at, active)
       VALUES ($1, $2, $3, now(), $4, true) RETURNING id`,
      [options.environmentId, key, options.name, options.expiresAt ?? null],
    ),
  );
  return { id, key };
}

/** Lets a key end `delayMs` from the database's now; 0: at once. */
export async function expireServerKey(database: Queryable, keyId: number, delayMs = 0): Promise<void> {
  await database.query(
    "UPDATE environments_environmentapikey SET expires_at = now() + $2 * interval '1 millisecond' WHERE id = $1",
    [keyId, delayMs],
  );
}

/** Switches a key off or on. */
export async function setServerKeyActive(database: Queryable, keyId: number, active: boolean): Promise<void> {
  await database.query("UPDATE environments_environmentapikey SET active = $2 WHERE id = $1", [
    keyId,
    active,
  ]);
}

/** Removes a key for good: Flagsmith deletes the row. */
export async function deleteServerKey(database: Queryable, keyId: number): Promise<void> {
  await database.query("DELETE FROM environments_environmentapikey WHERE id = $1", [keyId]);
}
