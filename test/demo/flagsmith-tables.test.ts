import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { describeWithShared, readSharedJson } from "../support/shared-folder.ts";

interface Table {
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly nullable: boolean;
    readonly identity?: string;
  }[];
  readonly checks: readonly { readonly name: string; readonly definition: string }[];
  readonly indexes: readonly { readonly name: string; readonly definition: string }[];
  readonly foreign_keys: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly references: string;
    readonly ref_columns: readonly string[];
  }[];
}

interface Schema {
  readonly tables: Readonly<Record<string, Table>>;
  readonly last_migration_per_app: Readonly<Record<string, string>>;
}

/** One line per fact of the catalogue, so that a difference can be read. */
function expectedFacts(tables: Readonly<Record<string, Table>>, present: ReadonlySet<string>): string[] {
  return Object.entries(tables)
    .filter(([table]) => present.has(table))
    .flatMap(([table, { columns, checks, indexes, foreign_keys }]) => [
      ...columns.map(
        ({ name, type, nullable, identity }, at) =>
          `${table} column ${at} ${name} ${type} ${nullable ? "null" : "not null"} ${identity ?? ""}`,
      ),
      ...checks.map(({ name, definition }) => `${table} check ${name} ${definition}`),
      ...indexes.map(({ name, definition }) => `${table} index ${name} ${definition}`),
      ...foreign_keys
        .filter(({ references }) => present.has(references))
        .map(
          (link) =>
            `${table} link ${link.name} FOREIGN KEY (${link.columns.join(", ")}) REFERENCES ${link.references}` +
            `(${link.ref_columns.join(", ")}) DEFERRABLE INITIALLY DEFERRED`,
        ),
    ])
    .sort();
}

const ACTUAL_FACTS = `
SELECT attrelid::regclass || ' column ' || (row_number() OVER (PARTITION BY attrelid ORDER BY attnum) - 1) || ' ' ||
  attname || ' ' || format_type(atttypid, atttypmod) || ' ' ||
  CASE WHEN attnotnull THEN 'not null' ELSE 'null' END || ' ' || attidentity::text AS fact
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT conrelid::regclass || CASE contype WHEN 'c' THEN ' check ' ELSE ' link ' END || conname::text || ' ' ||
  pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f')
UNION ALL
SELECT tablename || ' index ' || indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public'`;

describeWithShared("Flagsmith's tables", (folder) => {
  const schema = readSharedJson(folder, "flagsmith/schema.json") as Schema;
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  async function column(sql: string): Promise<string[]> {
    const rows = await test.database.query(sql);
    return rows.map((row) => String(Object.values(row as object)[0]));
  }

  it("are those of a real Flagsmith, column by column, index by index, key by key", async () => {
    const present = new Set(await column("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"));
    expect(present.size).toBe(32);
    expect([...present].filter((table) => !(table in schema.tables))).toEqual([]);
    expect((await column(ACTUAL_FACTS)).sort()).toEqual(expectedFacts(schema.tables, present));
  });

  it("come with Django's list of migrations", async () => {
    const rows = await column("SELECT app || ' ' || name FROM django_migrations ORDER BY id");
    expect(rows).toEqual(Object.entries(schema.last_migration_per_app).map((entry) => entry.join(" ")));
  });
});
