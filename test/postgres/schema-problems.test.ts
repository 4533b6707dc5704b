import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMigrations } from "../../src/postgres/schema/migration-files.ts";
import { readCatalog } from "../../src/postgres/schema/schema-catalog.ts";
import { ownFunctions } from "../../src/postgres/schema/schema-functions.ts";
import { ANNOUNCED_COLUMNS, OPTIONAL_COLUMNS, READ_COLUMNS } from "../../src/postgres/schema/schema-needs.ts";
import { ownProblems, readingProblems } from "../../src/postgres/schema/schema-problems.ts";
import { OWN_TRIGGERS } from "../../src/postgres/schema/schema-triggers.ts";
import { migrateUp, migrationStatus } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

describe("what is missing or altered is named", { timeout: 120_000 }, () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrateUp(test.database);
  });
  afterAll(() => test.drop());

  /** What is found after `sql`, which is then taken back. */
  const foundAfter = (sql: string): Promise<readonly string[]> =>
    test.database.write(async (transaction) => {
      await transaction.execute(`SAVEPOINT before; ${sql}`);
      const catalog = await readCatalog(transaction);
      await transaction.execute("ROLLBACK TO SAVEPOINT before");
      return [...readingProblems(catalog), ...ownProblems(catalog)].map(({ message }) => message);
    });

  it("nothing where nothing is", async () => {
    expect(await foundAfter("SELECT 1")).toEqual([]);
  });

  it("each of our triggers, missing, disabled or on another function", async () => {
    for (const { name, table } of OWN_TRIGGERS) {
      const alone = OWN_TRIGGERS.filter((trigger) => trigger.table === table).length === 1;
      const named = (fault: string): string[] => [`trigger ${name} on ${table} is ${fault}`];
      expect(await foundAfter(`DROP TRIGGER ${name} ON ${table}`)).toEqual(named("missing"));
      expect(await foundAfter(`ALTER TABLE ${table} DISABLE TRIGGER ${name}`)).toEqual(named("disabled"));
      expect(await foundAfter(`ALTER TABLE ${table} ENABLE REPLICA TRIGGER ${name}`)).toEqual(
        named("enabled for replicas only"),
      );
      const other = `DROP TRIGGER ${name} ON ${table}; CREATE TRIGGER ${name} AFTER UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION flagd_sync.on_tag()`;
      expect(await foundAfter(other)).toEqual(named("altered"));
      expect(await foundAfter(`ALTER TABLE ${table} DISABLE TRIGGER ALL`)).toHaveLength(alone ? 1 : 4);
    }
  });

  it("each of our functions, altered or missing", async () => {
    expect(ownFunctions().length).toBe(
      readMigrations().reduce(
        (sum, { sql }) => sum + (sql.match(/CREATE OR REPLACE FUNCTION/g)?.length ?? 0),
        0,
      ),
    );
    for (const { name } of ownFunctions()) {
      const [row] = (await test.database.query(
        "SELECT pg_get_functiondef(p.oid) AS definition, p.oid::regprocedure::text AS signature FROM pg_proc p WHERE p.pronamespace = 'flagd_sync'::regnamespace AND p.proname = $1",
        [name],
      )) as readonly { definition: string; signature: string }[];
      const altered = row?.definition.replace(/AS \$function\$/, "AS $function$ --\n") ?? "";
      expect(await foundAfter(altered)).toEqual([`function flagd_sync.${name} was altered`]);
      expect(await foundAfter(`DROP FUNCTION ${row?.signature} CASCADE`)).toContain(
        `function flagd_sync.${name} is missing`,
      );
    }
    expect(await foundAfter("ALTER FUNCTION flagd_sync.on_feature() SECURITY INVOKER")).toEqual([
      "function flagd_sync.on_feature was altered",
    ]);
    expect(await foundAfter("ALTER FUNCTION flagd_sync.on_feature() SET search_path = elsewhere")).toEqual([
      "function flagd_sync.on_feature was altered",
    ]);
    expect(await foundAfter("ALTER FUNCTION flagd_sync.on_feature() RESET lock_timeout")).toEqual([
      "function flagd_sync.on_feature was altered",
    ]);
  });

  it("each column that is needed, and no other", async () => {
    const needed = [READ_COLUMNS, ANNOUNCED_COLUMNS].flatMap((tables) =>
      Object.entries(tables).flatMap(([table, columns]) =>
        Object.keys(columns).map((name) => [table, name] as const),
      ),
    );
    expect(needed.length).toBeGreaterThan(80);
    for (const [table, name] of needed) {
      const found = await foundAfter(`ALTER TABLE ${table} RENAME COLUMN ${name} TO renamed`);
      expect(found).toEqual([`column ${table}.${name} is missing`]);
    }
    const optional = Object.values(OPTIONAL_COLUMNS).flatMap((tables) =>
      Object.entries(tables).flatMap(([table, columns]) =>
        Object.keys(columns).map((name) => [table, name] as const),
      ),
    );
    for (const [table, name] of optional) {
      expect(await foundAfter(`ALTER TABLE ${table} RENAME COLUMN ${name} TO renamed`)).toEqual([]);
    }
    expect(await foundAfter("ALTER TABLE features_feature ADD COLUMN more text")).toEqual([]);
  });

  it("each of our tables; `migrate up` makes it anew", async () => {
    for (const name of ["project_settings", "environment_head", "revision", "migration"]) {
      expect(await foundAfter(`DROP TABLE flagd_sync.${name} CASCADE`)).toContain(
        `table flagd_sync.${name} is missing`,
      );
      await test.database.execute(`DROP TABLE flagd_sync.${name} CASCADE`);
      await migrateUp(test.database);
      expect((await migrationStatus(test.database)).problems).toEqual([]);
    }
  });
});
