import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSampleProject, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { type Database, openDatabase } from "../../src/postgres/connection/database.ts";
import { readEnvironment } from "../../src/postgres/reading/read-environment.ts";
import { probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { migrateDown, migrateUp, migrationStatus } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const SETTINGS = { semantics: "flagsmith", identityOverrideLimit: 100 } as const;

/** Runs `meanwhile` while a transaction of somebody's holds locks that `sql` took. */
async function whileHeld<Result>(
  database: Database,
  sql: string,
  meanwhile: () => Promise<Result>,
): Promise<Result> {
  return database.write(async (transaction) => {
    await transaction.execute(sql);
    return await meanwhile();
  });
}

describe("locks on Flagsmith's tables", { timeout: 120_000 }, () => {
  let test: TestDatabase;
  let sample: SampleProject;
  let other: Database;
  beforeEach(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
    other = openDatabase({ connectionString: test.url, applicationName: "flagsmith" });
  });
  afterEach(async () => {
    await other.close();
    await test.drop();
  });

  it("a reading gives way at once to a migration that holds one of its tables", async () => {
    const columns = await probeFlagsmith(test.database);
    const { developmentId: environmentId } = sample;
    const reading = whileHeld(other, "LOCK TABLE segments_condition IN ACCESS EXCLUSIVE MODE", () =>
      readEnvironment(test.database, { environmentId, columns, settings: SETTINGS }),
    );
    await expect(reading).rejects.toMatchObject({ code: "55P03" });
    // sooner than Postgres would look for a deadlock, after which the migration might be the one to fail
    const limits = await test.database.readSnapshot((snapshot) =>
      snapshot.query(
        "SELECT setting::int < (SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout') AS sooner FROM pg_settings WHERE name = 'lock_timeout'",
      ),
    );
    expect(limits).toEqual([{ sooner: true }]);
    expect(
      await readEnvironment(test.database, { environmentId, columns, settings: SETTINGS }),
    ).toBeDefined();
  });

  it("a reader that froze in the middle holds up ALTER TABLE for ten seconds and not for ever", async () => {
    let altered = false;
    const frozen = test.database.readSnapshot(async (snapshot) => {
      await snapshot.query("SELECT count(*) FROM features_feature");
      await other.execute("ALTER TABLE features_feature ADD COLUMN more text");
      altered = true;
      await snapshot.query("SELECT 1");
    });
    await expect(frozen).rejects.toThrow();
    expect(altered).toBe(true);
    expect(await test.database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("`migrate up` lets Flagsmith's writers pass while it waits for a long transaction, and then does its work", async () => {
    const waits: number[] = [];
    let waiting = true;
    const up = whileHeld(
      other,
      "UPDATE features_feature SET description = 'in a long transaction'",
      async () => {
        const migrating = migrateUp(test.database).finally(() => {
          waiting = false;
        });
        // each turn of the migration that had to wait shows as one write that had to wait behind it
        for (let turns = 0; turns < 3 && waiting; ) {
          const beganMs = performance.now();
          await other.query("UPDATE features_feature SET description = 'short' WHERE false");
          waits.push(performance.now() - beganMs);
          if ((waits.at(-1) ?? 0) > 50) turns += 1;
        }
        expect(waiting).toBe(true);
        return { migrating };
      },
    );
    const result = await (await up).migrating;
    expect(result.triggersCreated).toBe(19 * 4 + 1);
    expect(Math.max(...waits)).toBeLessThan(5_000);
    expect((await migrationStatus(test.database)).problems).toEqual([]);
  });

  it("`migrate up` and `down` give up in the end, and say why", async () => {
    const turns = { lockTimeoutMs: 300 };
    const busy = { code: "TABLE_BUSY" };
    const hold = "UPDATE features_feature SET description = 'in a long transaction'";
    await whileHeld(other, hold, () => expect(migrateUp(test.database, turns)).rejects.toMatchObject(busy));
    const half = await migrationStatus(test.database);
    expect(half.problems.map(({ message }) => message)).toContain(
      "table features_feature has none of our triggers",
    );
    await migrateUp(test.database);
    await whileHeld(other, hold, () => expect(migrateDown(test.database, turns)).rejects.toMatchObject(busy));
    await migrateDown(test.database);
    expect((await migrationStatus(test.database)).applied).toEqual([]);
  });
});
