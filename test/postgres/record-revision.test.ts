import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { recordRevision } from "../../src/postgres/own-tables/record-revision.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const T0 = Date.UTC(2026, 10, 23, 12, 0, 0);

describe("what replicas agree on (design decision 11)", () => {
  let test: TestDatabase;
  let environmentId = 0;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrateUp(test.database);
  });
  afterAll(() => test.drop());

  const record = (hash: string, readAtMs: number, position: readonly number[]) =>
    recordRevision(test.database, { environmentId, hash, readAtMs, position: position.map(String) });

  it("the first who sees a content gives it its time, whoever comes later reads it", async () => {
    environmentId = 1;
    expect(await record("a", T0, [10, 10, 0])).toEqual({ versionMs: T0, outdated: false });
    expect(await record("a", T0 + 5_000, [12, 12, 0])).toEqual({ versionMs: T0, outdated: false });
  });

  it("a new content is newer than the last, even if the clock went backwards", async () => {
    environmentId = 2;
    await record("a", T0, [10, 10, 0]);
    expect(await record("b", T0 - 60_000, [11, 11, 0])).toEqual({ versionMs: T0 + 1, outdated: false });
    expect(await record("a", T0 + 10, [12, 12, 0])).toEqual({ versionMs: T0 + 10, outdated: false });
  });

  it("a reading that was overtaken is told so: by xmax, xmin, or fewer transactions running", async () => {
    environmentId = 3;
    await record("new", T0, [20, 18, -1]);
    for (const earlier of [
      [19, 19, 0],
      [20, 17, 0],
      [20, 18, -2],
    ]) {
      expect(await record("old", T0 + 1, earlier)).toEqual({ versionMs: T0, outdated: true });
    }
    expect(await record("newer", T0 + 1, [20, 18, 0])).toMatchObject({ outdated: false });
  });

  it("a later reading of the same content moves the position along", async () => {
    environmentId = 4;
    await record("a", T0, [10, 10, 0]);
    await record("a", T0, [30, 30, 0]);
    expect(await record("stale", T0, [20, 20, 0])).toMatchObject({ outdated: true });
  });

  it("a position from another life of the database is not believed", async () => {
    environmentId = 5;
    await record("before the restore", T0, [4_000_000_000, 4_000_000_000, 0]);
    expect(await record("after it", T0 + 1, [5, 5, 0])).toMatchObject({ outdated: false });
  });

  it("of two readings of one snapshot the later by the clock counts: time alone makes a change live", async () => {
    environmentId = 8;
    await record("live", T0 + 2, [20, 18, 0, 2]);
    expect(await record("not live yet", T0 + 1, [20, 18, 0, 1])).toEqual({
      versionMs: T0 + 2,
      outdated: true,
    });
    expect(await record("no longer live", T0 + 3, [20, 18, 0, 3])).toMatchObject({
      versionMs: T0 + 3,
      outdated: false,
    });
  });

  it("a clock that was ahead of the present is not believed", async () => {
    environmentId = 9;
    const [{ us }] = z
      .tuple([z.object({ us: z.string() })])
      .parse(
        await test.database.query(
          "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text AS us",
        ),
      );
    await record("an hour ahead", T0, [20, 18, 0, Number(us) + 3_600_000_000]);
    expect(await record("now", T0, [20, 18, 0, Number(us)])).toMatchObject({ outdated: false });
  });

  it("keeps the last 200 revisions of an environment", async () => {
    environmentId = 6;
    for (let n = 0; n < 210; n += 1) await record(`hash ${n}`, T0 + n, [10 + n, 10, 0]);
    const rows = await test.database.query(
      "SELECT count(*)::int AS count, min(hash) AS oldest FROM flagd_sync.revision WHERE environment_id = 6 AND hash IN ('hash 9', 'hash 10', 'hash 209')",
    );
    expect(rows).toEqual([{ count: 2, oldest: "hash 10" }]);
  });

  it("lets replicas race: one time for one content", async () => {
    environmentId = 7;
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => record("same", T0 + n, [10, 10, 0])));
    expect(new Set(all.map((one) => one.versionMs)).size).toBe(1);
  });
});
