import pg from "pg";
import { codeOf, FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import type { Queryable } from "../connection/database.ts";
import { neededColumns, OWN_RIGHTS, RECORD_REVISION } from "./needed-rights.ts";

/** Whom to give what a server needs. */
export interface RoleGrant {
  readonly role: string;
  /** Also what the admin REST needs: it reads Flagsmith's users, tokens, master keys and permissions. */
  readonly withAdmin: boolean;
}

/** What {@link grantsScript} raises where a role cannot be served; no code of Postgres' own begins so. */
const ROLE_UNUSABLE = "FF001";

/** A setting of the transaction says the role's name, so that no statement is made from it here. */
const ROLE_SETTING = "flagsmith_flagd.role";

function columnList(withAdmin: boolean): string {
  return neededColumns(withAdmin)
    .map(({ table, columns }) => `('${table}', ARRAY[${columns.map((name) => `'${name}'`).join(", ")}])`)
    .join(",\n      ");
}

function ownGrants(): string {
  return Object.entries(OWN_RIGHTS)
    .map(([table, rights]) => `  EXECUTE format('GRANT ${rights.join(", ")} ON ${table} TO %I', server);`)
    .join("\n");
}

/**
 * What a server needs and nothing else, for the role that {@link ROLE_SETTING} names: in our schema whatever it or
 * everybody had besides is taken away; in Flagsmith's nothing is, since that is not ours. What an older Flagsmith
 * lacks is left out. Postgres itself quotes the names.
 */
function grantsBlock(withAdmin: boolean): string {
  return `DO $grants$
DECLARE
  server text := current_setting('${ROLE_SETTING}');
  one record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = server) THEN
    RAISE EXCEPTION 'there is no role %', quote_ident(server) USING ERRCODE = '${ROLE_UNUSABLE}';
  END IF;
  IF EXISTS (SELECT FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
              WHERE n.nspname = 'flagd_sync' AND r.rolname = server) THEN
    RAISE EXCEPTION 'role % owns the schema flagd_sync and has every right on it', quote_ident(server)
      USING ERRCODE = '${ROLE_UNUSABLE}';
  END IF;

  IF NOT has_database_privilege(server, current_database(), 'CONNECT') THEN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), server);
  END IF;
  FOR one IN
    SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = to_regclass('features_featurestate') AND NOT has_schema_privilege(server, n.oid, 'USAGE')
  LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', one.nspname, server);
  END LOOP;
  FOR one IN
    SELECT c.oid::regclass AS relation, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
      FROM (VALUES
      ${columnList(withAdmin)}
      ) AS needed (name, columns)
      JOIN pg_class c ON c.oid = to_regclass(needed.name)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY (needed.columns) AND NOT a.attisdropped
     GROUP BY c.oid
  LOOP
    EXECUTE format('GRANT SELECT (%s) ON %s TO %I', one.columns, one.relation, server);
  END LOOP;

  EXECUTE format('REVOKE ALL ON SCHEMA flagd_sync FROM PUBLIC, %I', server);
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA flagd_sync FROM PUBLIC, %I', server);
  EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA flagd_sync FROM PUBLIC, %I', server);
  EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA flagd_sync FROM PUBLIC, %I', server);
  -- Functions of different owners call one another, with the rights of the first.
  FOR one IN
    SELECT DISTINCT r.rolname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_roles r ON r.oid = p.proowner WHERE n.nspname = 'flagd_sync'
  LOOP
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA flagd_sync TO %I', one.rolname);
  END LOOP;
  EXECUTE format('GRANT USAGE ON SCHEMA flagd_sync TO %I', server);
${ownGrants()}
  EXECUTE format('GRANT EXECUTE ON FUNCTION ${RECORD_REVISION} TO %I', server);
END
$grants$;`;
}

/** The grants as SQL, to follow the set-up in one transaction with `search_path` on Flagsmith's schema. */
export function grantsScript({ role, withAdmin }: RoleGrant): string {
  return `SELECT set_config('${ROLE_SETTING}', ${pg.escapeLiteral(role).trim()}, true);\n${grantsBlock(withAdmin)}`;
}

/**
 * Gives a role what a server needs; idempotent. To be called by the owner of Flagsmith's tables and of ours.
 *
 * @throws FlagsmithFlagdError ROLE_UNUSABLE
 */
export async function grantTo(transaction: Queryable, { role, withAdmin }: RoleGrant): Promise<void> {
  await transaction.query("SELECT set_config($1, $2, true)", [ROLE_SETTING, role]);
  try {
    await transaction.execute(grantsBlock(withAdmin));
  } catch (thrown) {
    if (codeOf(thrown) !== ROLE_UNUSABLE) throw thrown;
    throw new FlagsmithFlagdError("ROLE_UNUSABLE", messageOf(thrown), { cause: thrown });
  }
}
