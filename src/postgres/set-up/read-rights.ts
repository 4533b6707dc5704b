import { z } from "zod";
import type { Queryable } from "../connection/database.ts";
import { ADMIN_COLUMNS } from "../schema/schema-needs.ts";
import { columnsByTable, OWN_RIGHTS, RECORD_REVISION, SERVER_COLUMNS } from "./needed-rights.ts";

/**
 * What a missing right takes away. `serving`: documents; `admin`: the admin REST; `versions`: agreeing with other
 * replicas on a revision's version; `settings`: switching projects on and off under this role.
 */
export type RightPurpose = "serving" | "admin" | "versions" | "settings";

/** What a role may do in the database, held against what a server needs. */
export interface Rights {
  readonly role: string;
  /** Superusers and owners may do everything: then nothing is missing, and {@link excess} says why. */
  readonly missing: readonly { readonly purpose: RightPurpose; readonly right: string }[];
  /** What it may do that no server needs, in words. */
  readonly excess: readonly string[];
}

const rightsRow = z.object({
  role: z.string(),
  connects: z.boolean(),
  notifies: z.boolean(),
  schema: z.string().nullable(),
  uses: z.boolean(),
  creates: z.boolean(),
  uses_own: z.boolean().nullable(),
  creates_own: z.boolean(),
  records: z.boolean().nullable(),
  attributes: z.array(z.string()),
  owns: z.array(z.string()),
  columns: z.array(z.object({ purpose: z.enum(["serving", "admin"]), name: z.string() })),
  own: z.array(z.object({ table: z.string(), right: z.string(), held: z.boolean() })),
  readable: z.array(z.string()),
  writable: z.array(z.string()),
});

/**
 * On the system catalogue alone, so that every role may ask. $1: the role's name, null: whoever asks; $2: what is read,
 * [{purpose, table, column}]; $3: the function that is called. The schema is found also where the role may not use it.
 */
const RIGHTS_SQL = `WITH me AS (
    SELECT oid, rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
      FROM pg_roles WHERE rolname = coalesce($1::text, current_user)
  ), place AS (
    SELECT n.oid, n.nspname, c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = 'features_featurestate' AND c.relkind IN ('r', 'p')
     ORDER BY c.oid IS NOT DISTINCT FROM to_regclass('features_featurestate') DESC, c.oid LIMIT 1
  ), ours AS (SELECT oid, nspowner FROM pg_namespace WHERE nspname = 'flagd_sync'
  ), needed AS (
    SELECT * FROM json_to_recordset($2::json) AS n (purpose text, "table" text, "column" text)
  ), theirs AS (
    SELECT c.oid, c.relname FROM place JOIN pg_class c ON c.relnamespace = place.oid AND c.relkind IN ('r', 'p', 'v', 'm')
  ), members AS (
    SELECT t.oid, t.relname, a.attnum, a.attname FROM theirs t
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  ), own AS (
    SELECT c.oid, 'flagd_sync.' || c.relname AS name FROM ours JOIN pg_class c ON c.relnamespace = ours.oid AND c.relkind = 'r'
  )
  SELECT me.rolname AS role,
    has_database_privilege(me.oid, current_database(), 'CONNECT') AS connects,
    has_function_privilege(me.oid, 'pg_catalog.pg_notify(text, text)', 'EXECUTE') AS notifies,
    (SELECT nspname FROM place) AS schema,
    coalesce((SELECT has_schema_privilege(me.oid, place.oid, 'USAGE') FROM place), false) AS uses,
    coalesce((SELECT has_schema_privilege(me.oid, place.oid, 'CREATE') FROM place), false) AS creates,
    (SELECT has_schema_privilege(me.oid, ours.oid, 'USAGE') FROM ours) AS uses_own,
    coalesce((SELECT has_schema_privilege(me.oid, ours.oid, 'CREATE') FROM ours), false) AS creates_own,
    (SELECT bool_or(has_function_privilege(me.oid, p.oid, 'EXECUTE')) FROM ours JOIN pg_proc p ON p.pronamespace = ours.oid
      WHERE p.proname = $3) AS records,
    array_remove(ARRAY[CASE WHEN rolsuper THEN 'is a superuser' END,
      CASE WHEN rolcreaterole AND NOT rolsuper THEN 'may create roles' END,
      CASE WHEN rolcreatedb AND NOT rolsuper THEN 'may create databases' END,
      CASE WHEN rolreplication AND NOT rolsuper THEN 'may replicate the whole cluster' END,
      CASE WHEN rolbypassrls AND NOT rolsuper THEN 'passes by row security' END], NULL) AS attributes,
    array_remove(ARRAY[
      (SELECT 'owns Flagsmith''s tables' FROM place WHERE pg_has_role(me.oid, place.relowner, 'USAGE')),
      (SELECT 'owns the schema flagd_sync' FROM ours WHERE pg_has_role(me.oid, ours.nspowner, 'USAGE'))], NULL) AS owns,
    coalesce((SELECT json_agg(json_build_object('purpose', n.purpose, 'name', n."table" || '.' || n."column"))
      FROM needed n JOIN members m ON m.relname = n."table" AND m.attname = n."column"
     WHERE NOT has_column_privilege(me.oid, m.oid, m.attnum, 'SELECT')), '[]') AS columns,
    coalesce((SELECT json_agg(json_build_object('table', own.name, 'right', r.name,
                              'held', has_table_privilege(me.oid, own.oid, r.name)))
      FROM own CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS r (name)), '[]') AS own,
    coalesce((SELECT json_agg(m.relname || '.' || m.attname ORDER BY m.relname, m.attnum) FROM members m
     WHERE has_column_privilege(me.oid, m.oid, m.attnum, 'SELECT')
       AND NOT EXISTS (SELECT FROM needed n WHERE n."table" = m.relname AND n."column" = m.attname)), '[]') AS readable,
    coalesce((SELECT json_agg(t.relname ORDER BY t.relname) FROM theirs t
     WHERE has_table_privilege(me.oid, t.oid, 'DELETE') OR has_table_privilege(me.oid, t.oid, 'TRUNCATE')
        OR has_table_privilege(me.oid, t.oid, 'TRIGGER') OR has_any_column_privilege(me.oid, t.oid, 'INSERT')
        OR has_any_column_privilege(me.oid, t.oid, 'UPDATE')), '[]') AS writable
  FROM me`;

type RightsRow = z.infer<typeof rightsRow>;

const MOST_NAMES = 5;

function listed(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return `${names.slice(0, MOST_NAMES).join(", ")}${more}`;
}

function purposeOf(table: string, right: string): RightPurpose {
  if (table === "flagd_sync.migration") return "serving";
  if (table === "flagd_sync.project_settings") return right === "SELECT" ? "serving" : "settings";
  return "versions";
}

function rightsOn(table: string): readonly string[] {
  return (OWN_RIGHTS as Readonly<Record<string, readonly string[]>>)[table] ?? [];
}

function missingOf(row: RightsRow): Rights["missing"] {
  const serving = [
    ...(row.connects ? [] : ["CONNECT on the database"]),
    ...(row.notifies ? [] : ["EXECUTE on pg_notify"]),
    ...(row.schema === null || row.uses ? [] : [`USAGE on schema ${row.schema}`]),
    ...(row.uses_own === false ? ["USAGE on schema flagd_sync"] : []),
  ].map((right) => ({ purpose: "serving" as const, right }));
  return [
    ...serving,
    ...row.columns.map(({ purpose, name }) => ({ purpose, right: `SELECT on ${name}` })),
    ...row.own
      .filter(({ table, right, held }) => !held && rightsOn(table).includes(right))
      .map(({ table, right }) => ({ purpose: purposeOf(table, right), right: `${right} on ${table}` })),
    ...(row.records === false
      ? [{ purpose: "versions" as const, right: `EXECUTE on ${RECORD_REVISION}` }]
      : []),
  ];
}

/** Of a superuser or owner one word says everything. */
function excessOf(row: RightsRow): string[] {
  const whole = [...row.attributes, ...row.owns];
  if (row.attributes.includes("is a superuser") || row.owns.length > 0) return whole;
  const own = row.own
    .filter(({ table, right, held }) => held && !rightsOn(table).includes(right))
    .map(({ table, right }) => `${right} on ${table}`);
  return [
    ...whole,
    ...(row.creates ? [`may create tables in schema ${row.schema}`] : []),
    ...(row.creates_own ? ["may create tables in schema flagd_sync"] : []),
    ...(row.writable.length > 0
      ? [`may write ${row.writable.length} of Flagsmith's tables: ${listed(row.writable)}`]
      : []),
    ...(row.readable.length > 0
      ? [`may read ${row.readable.length} columns that are not needed: ${listed(row.readable)}`]
      : []),
    ...(own.length > 0 ? [`may do with our own tables what is not needed: ${listed(own)}`] : []),
  ];
}

/** What a role may do; `undefined` for `role`: whoever asks. `undefined` is returned where there is no such role. */
export async function readRights(database: Queryable, role?: string): Promise<Rights | undefined> {
  const needed = [
    ...columnsByTable(SERVER_COLUMNS).map((one) => ({ ...one, purpose: "serving" })),
    ...columnsByTable([ADMIN_COLUMNS]).map((one) => ({ ...one, purpose: "admin" })),
  ].flatMap(({ purpose, table, columns }) => columns.map((column) => ({ purpose, table, column })));
  const [row] = z
    .array(rightsRow)
    .parse(await database.query(RIGHTS_SQL, [role ?? null, JSON.stringify(needed), "record_revision"]));
  return row && { role: row.role, missing: missingOf(row), excess: excessOf(row) };
}
