import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { describeWithShared, readSharedJson } from "../support/shared-folder.ts";

describeWithShared("the shared rows", (folder) => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase({ rows: "shared" });
  });
  afterAll(() => test.drop());

  it("lie in the tables as they were taken", async () => {
    const tables = readSharedJson(folder, "flagsmith/rows.json.gz") as Record<string, unknown[]>;
    for (const table of [
      "features_featurestatevalue",
      "segments_condition",
      "environments_environmentapikey",
    ]) {
      const rows = await test.database.query(`SELECT to_jsonb(${table}) AS row FROM ${table} ORDER BY id`);
      const byId = (left: unknown, right: unknown): number =>
        Number(Reflect.get(left as object, "id")) - Number(Reflect.get(right as object, "id"));
      expect(rows.map((row) => Reflect.get(row as object, "row"))).toEqual(
        [...(tables[table] ?? [])].sort(byId),
      );
    }
  });

  it("leave the identity sequences behind them, so that new rows find a free id", async () => {
    const [row] = await test.database.query(
      `INSERT INTO tags_tag (label, color, project_id, uuid, is_permanent, is_system_tag, type)
       VALUES ('new', '', 1, gen_random_uuid(), false, false, 'NONE') RETURNING id`,
    );
    expect(row).toEqual({ id: 3 });
  });
});
