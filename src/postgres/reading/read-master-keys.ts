import { z } from "zod";
import type { MasterKeyRecord } from "../../model/access.ts";
import type { Queryable } from "../connection/database.ts";

const masterKeyRow = z.object({
  prefix: z.string(),
  hashed_key: z.string(),
  organisation_id: z.number(),
  stop_serving_flags: z.boolean(),
  is_admin: z.boolean(),
  expires_at: z.date().nullable(),
});

/** A time far ahead means never, one far behind long ago: this program cannot hold all that Postgres can. */
const MASTER_KEYS_SQL = `SELECT k.prefix, k.hashed_key, k.organisation_id, k.is_admin,
       coalesce(o.stop_serving_flags, false) AS stop_serving_flags,
       CASE WHEN k.expiry_date < '9999-12-31' THEN greatest(k.expiry_date, 'epoch') END AS expires_at
  FROM api_keys_masterapikey k
  JOIN organisations_organisation o ON o.id = k.organisation_id AND o.deleted_at IS NULL
 WHERE NOT k.revoked AND k.deleted_at IS NULL
 ORDER BY k.prefix`;

/** Reads the master API keys that are neither revoked nor deleted (facts/flagsmith.md, section 5). */
export async function readMasterKeys(snapshot: Queryable): Promise<readonly MasterKeyRecord[]> {
  const rows = z.array(masterKeyRow).parse(await snapshot.query(MASTER_KEYS_SQL));
  return rows.map((row) => ({
    prefix: row.prefix,
    hashedKey: row.hashed_key,
    organisationId: row.organisation_id,
    organisationStopped: row.stop_serving_flags,
    isAdmin: row.is_admin,
    expiresAtMs: row.expires_at?.getTime() ?? null,
  }));
}
