/** schema: what we need of the tables, ours and Flagsmith's, against what there is. */
import { z } from "zod";
import type { Queryable } from "../connection/database.ts";
import { READ_TABLES } from "./schema-needs.ts";
import { TRIGGER_TABLES } from "./schema-triggers.ts";

const column = z.object({ type: z.string(), readable: z.boolean() });
const table = z.object({
  name: z.string(),
  oid: z.number(),
  /** Where its rows lie: TRUNCATE and a rewriting ALTER TABLE give it another one. */
  file: z.number(),
  schema: z.string(),
  columns: z.record(z.string(), column),
});
const trigger = z.object({
  table: z.string(),
  name: z.string(),
  function: z.string(),
  enabled: z.string(),
  type: z.number(),
  old_rows: z.boolean(),
  new_rows: z.boolean(),
});
const ownFunction = z.object({
  name: z.string(),
  body: z.string(),
  definer: z.boolean(),
  settings: z.array(z.string()),
});
const catalogRow = z.object({
  catalog: z.object({
    tables: z.array(table),
    triggers: z.array(trigger),
    functions: z.array(ownFunction),
    queue: z.number(),
    /** A schema with Flagsmith's tables in which this role may look for nothing. */
    hidden: z.string().nullable(),
  }),
});

/** What the catalogue says of Flagsmith's tables and of what is ours, at one moment. */
export type Catalog = z.infer<typeof catalogRow>["catalog"];

/** A table of Flagsmith's, or (with the name of the schema before it) of ours. */
export type CatalogTable = z.infer<typeof table>;

/** Our own tables by the names that {@link Catalog} gives them. */
export const OWN_TABLES = [
  "flagd_sync.migration",
  "flagd_sync.project_settings",
  "flagd_sync.environment_head",
  "flagd_sync.revision",
] as const;

/** Names are looked up by joins where they are ours: `to_regclass` fails for a role without USAGE on the schema. */
const CATALOG_SQL = `WITH found AS (
    SELECT t.name, c.oid, c.relfilenode, n.nspname, true AS usable
      FROM unnest($1::text[]) AS t (name)
      JOIN pg_class c ON c.oid = to_regclass(t.name)
      JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT 'flagd_sync.' || c.relname, c.oid, c.relfilenode, n.nspname, has_schema_privilege(n.oid, 'USAGE')
      FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
     WHERE n.nspname = 'flagd_sync'
  )
  SELECT json_build_object(
    'queue', pg_notification_queue_usage(),
    'hidden', (SELECT min(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relname = 'features_featurestate' AND NOT has_schema_privilege(n.oid, 'USAGE')),
    'tables', coalesce((
      SELECT json_agg(json_build_object('name', f.name, 'oid', f.oid::bigint, 'file', f.relfilenode::bigint,
               'schema', f.nspname, 'columns', coalesce((
                 SELECT json_object_agg(a.attname, json_build_object('type', coalesce(b.typname, y.typname),
                          'readable', f.usable AND coalesce(has_column_privilege(f.oid, a.attnum, 'SELECT'), false)))
                   FROM pg_attribute a
                   JOIN pg_type y ON y.oid = a.atttypid
                   LEFT JOIN pg_type b ON b.oid = nullif(y.typbasetype, 0)
                  WHERE a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}')))
        FROM found f), '[]'),
    'triggers', coalesce((
      SELECT json_agg(json_build_object('table', f.name, 'name', g.tgname, 'enabled', g.tgenabled, 'type', g.tgtype,
               'function', pn.nspname || '.' || p.proname,
               'old_rows', g.tgoldtable IS NOT NULL, 'new_rows', g.tgnewtable IS NOT NULL))
        FROM found f
        JOIN pg_trigger g ON g.tgrelid = f.oid AND NOT g.tgisinternal AND g.tgname LIKE 'flagd\\_sync\\_%'
        JOIN pg_proc p ON p.oid = g.tgfoid
        JOIN pg_namespace pn ON pn.oid = p.pronamespace), '[]'),
    'functions', coalesce((
      SELECT json_agg(json_build_object('name', p.proname, 'body', md5(p.prosrc), 'definer', p.prosecdef,
               'settings', coalesce(to_json(p.proconfig), '[]')))
        FROM pg_namespace n JOIN pg_proc p ON p.pronamespace = n.oid
       WHERE n.nspname = 'flagd_sync'), '[]')
  ) AS catalog`;

const NAMED_TABLES = [...new Set([...READ_TABLES, ...TRIGGER_TABLES])].filter((name) => !name.includes("."));

/**
 * Looks up all that we depend on: one query, on the system catalogue alone, so that it waits for no lock of a
 * migration, needs no right on any table, and works where nothing of ours is left.
 */
export async function readCatalog(queryable: Queryable): Promise<Catalog> {
  const [row] = z.tuple([catalogRow]).parse(await queryable.query(CATALOG_SQL, [NAMED_TABLES]));
  return row.catalog;
}

/** The table of that name. */
export function tableIn(catalog: Catalog, name: string): CatalogTable | undefined {
  return catalog.tables.find((one) => one.name === name);
}
