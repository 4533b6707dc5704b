import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import type { Queryable } from "../../../src/postgres/connection/database.ts";
import { READ_TABLES } from "../../../src/postgres/schema/schema-needs.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { eventually, follow } from "../harness.ts";
import { alwaysHadFlags, type DriftPlace, openDriftPlace } from "./place.ts";

/** On a busy machine, where everything is some times slower. */
const LIMIT_MS = 120_000;

/** A new table of the same name with the same rows, as some migrations and tools make it. */
function recreate(table: string): string {
  return `ALTER TABLE ${table} RENAME TO replaced;
    CREATE TABLE ${table} (LIKE replaced INCLUDING ALL);
    INSERT INTO ${table} SELECT * FROM replaced;
    DROP TABLE replaced CASCADE;`;
}

/** Every table of Flagsmith's, put aside as `kept_…`. */
async function keepAll(database: Queryable): Promise<void> {
  for (const table of READ_TABLES) await database.execute(`CREATE TABLE kept_${table} AS TABLE ${table}`);
}

const TRUNCATE_ALL = `TRUNCATE ${READ_TABLES.join(", ")} CASCADE`;

/** Without checks of foreign keys, as `pg_restore --disable-triggers` does it; our triggers fire all the same. */
const PUT_BACK = READ_TABLES.map((table) => `INSERT INTO ${table} SELECT * FROM kept_${table}`);

describe("tables are emptied or made anew under a running server", { timeout: LIMIT_MS }, () => {
  let place: DriftPlace;
  beforeEach(async () => {
    place = await openDriftPlace();
  });
  afterEach(() => place.close());

  /** Foreign keys would refuse rows whose parents are not back yet. */
  const withoutForeignKeys = async (): Promise<void> => {
    const rows = (await place.test.database.query(
      `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS sql
         FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
    )) as readonly { readonly sql: string }[];
    await place.migrate(rows.map(({ sql }) => sql).join(";"));
  };

  it("a table is created anew with its rows: nobody sees it empty, its lost triggers are named, `migrate up` heals", async () => {
    const { text } = place.stream.arrivals[0] ?? {};
    await place.migrate(
      `${recreate("features_featurestatevalue")} SELECT pg_notify('flagd_sync', '{"v":1,"kind":"everything"}')`,
    );
    await place.problems("table features_featurestatevalue has none of our triggers");
    await place.migrate(recreate("features_feature"));
    await place.problems(
      "table features_featurestatevalue has none of our triggers",
      "table features_feature has none of our triggers",
    );
    expect(place.stream.arrivals.map((arrival) => arrival.text)).toEqual([text]);
    await place.pushes("found by comparing");
    expect((await migrateUp(place.test.database)).triggersCreated).toBe(8);
    await place.problems();
    await place.pushes("announced again");
  });

  it("TRUNCATE and rows put back in one transaction: the same documents, no message", async () => {
    await keepAll(place.test.database);
    await withoutForeignKeys();
    await place.migrate([TRUNCATE_ALL, ...PUT_BACK].join(";\n"));
    await place.pushes("after the restore");
    expect(place.stream.arrivals).toHaveLength(2);
    expect(place.logged("error", "")).toEqual([]);
    expect(await place.problems()).toMatchObject({ status: 200 });
  });

  it("TRUNCATE, and rows put back table by table: the last documents stay until all is back", async () => {
    await keepAll(place.test.database);
    await withoutForeignKeys();
    await place.migrate(TRUNCATE_ALL);
    await eventually(async () => ((await place.ready()).state === "schema_changed" ? true : undefined));
    const { schemaProblems = [] } = await place.ready();
    expect(schemaProblems).toContain("table features_feature had rows and was emptied");
    for (const statement of PUT_BACK) {
      await place.migrate(statement);
      await place.ready();
    }
    await place.problems();
    await place.pushes("after the restore");
    expect(place.stream.arrivals).toHaveLength(2);
    expect(alwaysHadFlags(place.stream)).toBe(true);
  });

  it("TRUNCATE and nothing more: the last documents stay, and a new follower gets them", async () => {
    const { text } = place.stream.arrivals[0] ?? {};
    await place.migrate("TRUNCATE features_feature CASCADE");
    await eventually(async () => ((await place.ready()).state === "schema_changed" ? true : undefined));
    const late = follow(place.server.address, DEMO_KEYS.development);
    expect((await late.until(() => true)).text).toBe(text);
    late.close();
    expect(place.stream.arrivals.map((arrival) => arrival.text)).toEqual([text]);
    expect(place.logged("error", "features_feature had rows and was emptied")).toHaveLength(1);
  });

  it("features put back one by one, other projects first: no environment is shown without flags", async () => {
    await place.test.database.execute("CREATE TABLE kept AS TABLE features_feature");
    await withoutForeignKeys();
    await place.migrate("TRUNCATE features_feature");
    await place.migrate("INSERT INTO features_feature SELECT * FROM kept ORDER BY id LIMIT 0");
    await place.migrate(
      `INSERT INTO features_feature (name, created_date, project_id, default_enabled, type, is_archived, uuid, is_server_key_only)
       VALUES ('elsewhere', now(), 999999, false, 'STANDARD', false, gen_random_uuid(), false)`,
    );
    await eventually(() =>
      place.logged("error", "gone without having been deleted").length > 0 ? true : undefined,
    );
    expect(place.stream.arrivals).toHaveLength(1);
    await place.migrate("INSERT INTO features_feature SELECT * FROM kept");
    await place.pushes("all back");
    expect(alwaysHadFlags(place.stream)).toBe(true);
  });

  it("features that Flagsmith deletes, and rows that are deleted by hand, do go", async () => {
    await place.migrate("UPDATE features_feature SET deleted_at = now() WHERE id % 2 = 0");
    await place.migrate("UPDATE features_feature SET deleted_at = now()");
    await place.stream.until(({ flags }) => Object.keys(flags).length === 0);
    await place.migrate("UPDATE features_feature SET deleted_at = NULL");
    const from = place.stream.arrivals.length;
    await place.stream.until(({ flags }) => Object.keys(flags).length > 0, from - 1);
    await withoutForeignKeys();
    await place.migrate("DELETE FROM features_feature");
    await place.stream.until(({ flags }) => Object.keys(flags).length === 0, from);
  });
});
