import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TRIGGER_TABLES } from "../../src/postgres/schema/schema-triggers.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { codeOf, messageOf } from "../../src/support/errors.ts";
import { createTestDatabase, onDatabase, type TestDatabase } from "../support/database.ts";
import type { NoticeRecorder } from "../support/notices.ts";
import { NOTHING_NAMED, type NotifyPlace, openNotifyPlace } from "./notify-place.ts";

const TABLES = TRIGGER_TABLES.filter((table) => !table.includes("."));

/** Runs one statement, takes it back, and says how it went. */
async function outcome(test: TestDatabase, sql: string): Promise<string> {
  return test.database.write(async (transaction) => {
    await transaction.execute("SAVEPOINT before");
    const result = await transaction.execute(sql).then(
      () => "done",
      (error: unknown) => `${codeOf(error)} ${messageOf(error)}`,
    );
    await transaction.execute("ROLLBACK TO SAVEPOINT before");
    return result;
  });
}

async function columnsOfTables(test: TestDatabase): Promise<readonly { table: string; column: string }[]> {
  return (await test.database.query(
    `SELECT c.relname AS table, a.attname AS column FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1) ORDER BY 1, 2`,
    [TABLES],
  )) as readonly { table: string; column: string }[];
}

describe("what Flagsmith's migrations may do to a table with our triggers", () => {
  let bare: TestDatabase;
  let ours: TestDatabase;
  beforeAll(async () => {
    bare = await createTestDatabase();
    ours = await createTestDatabase();
    await migrateUp(ours.database);
  });
  afterAll(async () => {
    await bare.drop();
    await ours.drop();
  });

  it("every column can be altered, renamed and dropped as if we were not there", async () => {
    const columns = await columnsOfTables(bare);
    expect(columns.length).toBeGreaterThan(150);
    for (const { table, column } of columns) {
      for (const change of [
        `ALTER COLUMN ${column} TYPE text USING ${column}::text`,
        `RENAME COLUMN ${column} TO renamed`,
        `DROP COLUMN ${column}`,
      ]) {
        const sql = `ALTER TABLE ${table} ${change}`;
        const without = await outcome(bare, sql);
        // a foreign key or index in the way names itself and not us
        expect(`${sql}: ${await outcome(ours, sql)}`).toBe(`${sql}: ${without}`);
      }
    }
  });

  it.each(TABLES)(
    "%s can become a partition, a parent or a child, and move to another schema",
    async (table) => {
      for (const sql of [
        `CREATE TABLE whole (LIKE ${table}) PARTITION BY LIST (${table === "feature_versioning_environmentfeatureversion" ? "uuid" : "id"}); ALTER TABLE whole ATTACH PARTITION ${table} DEFAULT`,
        `CREATE TABLE parent (LIKE ${table}); ALTER TABLE ${table} INHERIT parent`,
        `CREATE TABLE child () INHERITS (${table})`,
        `CREATE SCHEMA elsewhere; ALTER TABLE ${table} SET SCHEMA elsewhere`,
        `ALTER TABLE ${table} RENAME TO renamed; CREATE TABLE ${table} (LIKE renamed INCLUDING ALL)`,
        `DROP TABLE ${table}`,
      ]) {
        expect(`${sql}: ${await outcome(ours, sql)}`).toBe(`${sql}: ${await outcome(bare, sql)}`);
      }
    },
  );

  it("a table may be altered in the transaction that wrote to it", async () => {
    const sql = `INSERT INTO tags_tag (label, color, project_id, uuid, is_permanent, is_system_tag, type)
       SELECT 'x', '#fff', id, gen_random_uuid(), false, false, 'NONE' FROM projects_project;
      UPDATE tags_tag SET label = 'y'; DELETE FROM tags_tag;
      ALTER TABLE tags_tag ADD COLUMN more text DEFAULT 'z' NOT NULL; ALTER TABLE tags_tag ALTER COLUMN label TYPE text`;
    expect(await outcome(ours, sql)).toBe("done");
  });
});

describe("announcements during and after a migration", () => {
  let place: NotifyPlace;
  let test: TestDatabase;
  let recorder: NoticeRecorder;
  beforeAll(async () => {
    place = await openNotifyPlace();
    ({ test, recorder } = place);
  });
  afterAll(() => place.close());

  it("never wait for long behind a migration that holds another table: everything, instead of a deadlock", async () => {
    const seen = await onDatabase(test.url, (migration) =>
      migration.write(async (transaction) => {
        await transaction.execute(
          "LOCK TABLE feature_versioning_environmentfeatureversion IN ACCESS EXCLUSIVE MODE",
        );
        const notices = await recorder.during(() =>
          test.database.query("UPDATE features_featurestate SET enabled = NOT enabled WHERE id = $1", [
            place.stateId,
          ]),
        );
        await transaction.execute("ALTER TABLE features_featurestate ADD COLUMN more text");
        return notices;
      }),
    );
    expect(seen).toEqual([{ ...NOTHING_NAMED, kind: "everything" }]);
  });

  it("are as exact after a column's type changed as before", async () => {
    await test.database.query(
      "INSERT INTO environments_identity (identifier, created_date, environment_id, system_traits) VALUES ('ada', now(), $1, '{}')",
      [place.environmentId],
    );
    const rename = (to: string) => () =>
      test.database.query("UPDATE environments_identity SET identifier = $1", [to]);
    const named = [{ ...NOTHING_NAMED, kind: "now", environments: [place.environmentId] }];
    expect(await recorder.during(rename("grace"))).toEqual(named);
    await test.database.execute("ALTER TABLE environments_identity ALTER COLUMN identifier TYPE text");
    await test.database.execute("ALTER TABLE environments_identity DROP COLUMN system_traits");
    expect(await recorder.during(rename("mary"))).toEqual(named);
    expect(await recorder.during(rename("mary"))).toEqual([]);
  });
});
