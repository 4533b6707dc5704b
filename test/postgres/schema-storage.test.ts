import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSampleProject, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import type { Database, Queryable } from "../../src/postgres/connection/database.ts";
import { readCatalog } from "../../src/postgres/schema/schema-catalog.ts";
import { readFlagsmith, storageOfAll, TablesMoved } from "../../src/postgres/schema/schema-storage.ts";
import { createTestDatabase, onDatabase, type TestDatabase } from "../support/database.ts";

const COUNT = "SELECT count(*)::int AS count FROM features_feature";

/** What Flagsmith's migrations, or a restore, may do to a table in one transaction. */
const MOVES: Readonly<Record<string, string>> = {
  "a rewrite": "ALTER TABLE features_feature ALTER COLUMN description TYPE varchar(5000)",
  "a new table with the same rows":
    "CREATE TABLE copied (LIKE features_feature INCLUDING ALL); INSERT INTO copied SELECT * FROM features_feature; DROP TABLE features_feature CASCADE; ALTER TABLE copied RENAME TO features_feature",
  "TRUNCATE and rows put back":
    "CREATE TEMP TABLE kept AS TABLE features_feature; TRUNCATE features_feature CASCADE; INSERT INTO features_feature SELECT * FROM kept",
};

describe("a reading during a migration", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  beforeEach(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
  });
  afterEach(() => test.drop());

  /** Reads features on a snapshot that was taken before `sql` was committed. */
  const readAround = (database: Database, sql: string, seen: (count: number) => void): Promise<void> =>
    readFlagsmith(database, undefined, async (snapshot: Queryable) => {
      await snapshot.query("SELECT txid_current_snapshot()");
      await onDatabase(test.url, (other) => other.write((transaction) => transaction.execute(sql)));
      const [row] = await snapshot.query(COUNT);
      seen(Number((row as { count: unknown }).count));
    });

  it.each(Object.entries(MOVES))("finds nothing after %s, and is not believed", async (_, sql) => {
    let count = -1;
    await expect(readAround(test.database, sql, (found) => (count = found))).rejects.toBeInstanceOf(
      TablesMoved,
    );
    expect(count).toBe(0);
    const again = await readFlagsmith(test.database, undefined, (snapshot) => snapshot.query(COUNT));
    expect(again).toEqual([{ count: sample.featureIds.size }]);
  });

  it("is believed where nothing moved, and only at the place that was named", async () => {
    const storage = storageOfAll(await readCatalog(test.database));
    const read = (): Promise<readonly unknown[]> =>
      readFlagsmith(test.database, storage, (snapshot) => snapshot.query(COUNT));
    expect(await read()).toHaveLength(1);
    await test.database.execute("ALTER TABLE features_feature ADD COLUMN another text");
    await test.database.execute("VACUUM features_feature");
    expect(await read()).toHaveLength(1);
    await test.database.execute("TRUNCATE features_feature CASCADE");
    await expect(read()).rejects.toBeInstanceOf(TablesMoved);
  });
});
