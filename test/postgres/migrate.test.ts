import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  migrateDown,
  migrateUp,
  migrationScript,
  migrationStatus,
  requireMigrated,
} from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** Everything in the catalogue that is not Flagsmith's own: schemas, triggers, functions. */
const TRACES = `SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'flagd_sync')::int AS schemas,
  (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)::int AS triggers,
  (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('public', 'flagd_sync'))::int AS functions`;

describe("migrate", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase();
  });
  afterEach(() => test.drop());

  it("installs every step and every trigger, and does nothing the second time", async () => {
    const first = await migrateUp(test.database);
    expect(first.applied).toEqual(["settings_and_revisions", "announcements"]);
    expect(first.triggersCreated).toBe(19 * 4 + 1);
    expect(await migrateUp(test.database)).toEqual({ applied: [], repaired: false, triggersCreated: 0 });
    const status = await migrationStatus(test.database);
    expect(status.pending).toEqual([]);
    expect(status.newer).toBe(false);
    expect(status.triggers.filter((trigger) => !trigger.present)).toEqual([]);
    await expect(requireMigrated(test.database)).resolves.toBeUndefined();
  });

  it("puts back a trigger that was dropped or disabled", async () => {
    await migrateUp(test.database);
    await test.database.execute("DROP TRIGGER flagd_sync_update ON features_featurestate");
    await test.database.execute("ALTER TABLE segments_condition DISABLE TRIGGER flagd_sync_insert");
    await test.database.execute("ALTER TABLE tags_tag ENABLE REPLICA TRIGGER flagd_sync_delete");
    const status = await migrationStatus(test.database);
    expect(status.triggers.filter((trigger) => !trigger.present)).toEqual([
      { tableName: "features_featurestate", event: "update", present: false },
      { tableName: "tags_tag", event: "delete", present: false },
      { tableName: "segments_condition", event: "insert", present: false },
    ]);
    expect(await migrateUp(test.database)).toEqual({ applied: [], repaired: false, triggersCreated: 3 });
    expect((await migrationStatus(test.database)).problems).toEqual([]);
  });

  it("removes every trace", async () => {
    const [before] = await test.database.query(TRACES);
    await migrateUp(test.database);
    expect((await test.database.query(TRACES))[0]).not.toEqual(before);
    await migrateDown(test.database);
    expect((await test.database.query(TRACES))[0]).toEqual(before);
    await expect(migrateDown(test.database)).resolves.toBeUndefined();
  });

  it("refuses a newer schema and an altered step, and changes nothing", async () => {
    await migrateUp(test.database);
    await test.database.execute("INSERT INTO flagd_sync.migration VALUES (999999, 'from_the_future', 'x')");
    await expect(migrateUp(test.database)).rejects.toMatchObject({ code: "SCHEMA_NEWER" });
    await expect(requireMigrated(test.database)).rejects.toMatchObject({ code: "SCHEMA_NEWER" });
    await test.database.execute("DELETE FROM flagd_sync.migration WHERE id = 999999");
    await test.database.execute("UPDATE flagd_sync.migration SET checksum = 'other' WHERE id = 2");
    await expect(migrateUp(test.database)).rejects.toMatchObject({ code: "SCHEMA_ALTERED" });
  });

  it("refuses a database without Flagsmith's tables, leaving nothing behind", async () => {
    const empty = await createTestDatabase({ template: "empty" });
    try {
      await expect(migrateUp(empty.database)).rejects.toMatchObject({ code: "DATABASE_UNSUPPORTED" });
      expect(await empty.database.query("SELECT 1 FROM pg_namespace WHERE nspname = 'flagd_sync'")).toEqual(
        [],
      );
    } finally {
      await empty.drop();
    }
  });

  it("says what is missing before the set-up", async () => {
    await expect(requireMigrated(test.database)).rejects.toMatchObject({ code: "SCHEMA_MISSING" });
    expect((await migrationStatus(test.database)).pending).toHaveLength(2);
  });

  it("prints a script that does the same", async () => {
    await test.database.execute(migrationScript());
    await expect(requireMigrated(test.database)).resolves.toBeUndefined();
    expect((await migrationStatus(test.database)).triggers.filter((trigger) => !trigger.present)).toEqual([]);
    expect(await migrateUp(test.database)).toEqual({ applied: [], repaired: false, triggersCreated: 0 });
  });

  it("lets two migrators at once both succeed", async () => {
    const results = await Promise.all([migrateUp(test.database), migrateUp(test.database)]);
    expect(results.map((result) => result.applied.length).sort()).toEqual([0, 2]);
  });
});
