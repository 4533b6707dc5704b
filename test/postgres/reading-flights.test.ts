/** How an environment is asked for: in few round trips, at one moment, and with nothing asked behind the end. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSampleProject, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { liveState } from "../../src/demo/writer/live-state.ts";
import { createFeature } from "../../src/demo/writer/write-features.ts";
import type { Database, Queryable } from "../../src/postgres/connection/database.ts";
import { recordRevision } from "../../src/postgres/own-tables/record-revision.ts";
import {
  beginReading,
  type EnvironmentReading,
  readEnvironment,
} from "../../src/postgres/reading/read-environment.ts";
import { probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { TablesMoved } from "../../src/postgres/schema/schema-storage.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const SETTINGS = { semantics: "flagsmith", identityOverrideLimit: 100 } as const;

describe("a reading of an environment", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  beforeEach(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
  });
  afterEach(() => test.drop());

  /** The database, with something done to each reading transaction once it has begun. */
  const around = (change: (snapshot: Queryable) => Promise<Queryable>): Database => ({
    ...test.database,
    readSnapshot: (work) => test.database.readSnapshot(async (snapshot) => work(await change(snapshot))),
  });

  const partOf = (featureId: number, segments: readonly number[] = []) => ({
    features: new Set([featureId]),
    segments: new Set(segments),
    versioned: false,
  });

  async function read(
    database: Database,
    part?: ReturnType<typeof partOf>,
    environmentId = sample.developmentId,
  ): Promise<EnvironmentReading | undefined> {
    const columns = await probeFlagsmith(test.database);
    const options = { environmentId, columns, settings: SETTINGS };
    return await readEnvironment(database, part === undefined ? options : { ...options, part });
  }

  async function roundTripsOf(...reading: [part?: ReturnType<typeof partOf>, environmentId?: number]) {
    let pending = 0;
    let roundTrips = 0;
    const counting = around(async (snapshot) => ({
      ...snapshot,
      async query(text, values) {
        if (pending === 0) roundTrips += 1;
        pending += 1;
        return await snapshot.query(text, values).finally(() => {
          pending -= 1;
        });
      },
    }));
    await read(counting, ...reading);
    return roundTrips;
  }

  it("takes one round trip and a last one for a flag alone, and one more where there is more to it", async () => {
    const alone = await createFeature(test.database, { projectId: sample.projectId, name: "alone" });
    expect(await roundTripsOf(partOf(alone))).toBe(2);
    for (const featureId of sample.featureIds.values()) {
      expect(await roundTripsOf(partOf(featureId))).toBeLessThanOrEqual(3);
    }
    expect(await roundTripsOf()).toBe(4);
  });

  it("comes after one before it, also where the clock alone went on: a change may have become live", async () => {
    const first = await read(test.database);
    const second = await read(test.database);
    if (first === undefined || second === undefined) throw new Error("no reading");
    await migrateUp(test.database);
    const { environmentId } = first.snapshot;
    const record = (hash: string, { readAtMs, position }: EnvironmentReading) =>
      recordRevision(test.database, { environmentId, hash, readAtMs, position });
    expect(await record("live", second)).toMatchObject({ outdated: false });
    expect(await record("not live yet", first)).toMatchObject({ outdated: true });
  });

  it("has all that a document is made of before it is known whether it may be believed", async () => {
    let tell: (rows: readonly unknown[]) => void = () => undefined;
    const withheld = around(async (snapshot) => ({
      ...snapshot,
      query: (text, values) =>
        text.includes("pg_relation_filenode")
          ? new Promise((resolve) => {
              tell = resolve;
            })
          : snapshot.query(text, values),
    }));
    const columns = await probeFlagsmith(test.database);
    const begun = await beginReading(withheld, {
      environmentId: sample.developmentId,
      columns,
      settings: SETTINGS,
    });
    expect(begun?.reading.snapshot).toEqual((await read(test.database))?.snapshot);
    tell([{ storage: "elsewhere", moved: true }]);
    await expect(begun?.rest).rejects.toBeInstanceOf(TablesMoved);
  });

  it("reads everything where an environment is no longer versioned as it was", async () => {
    const [featureId = 0] = sample.featureIds.values();
    const reading = await read(test.database, { ...partOf(featureId), versioned: true });
    expect(reading?.part).toBe("everything");
    expect(reading?.snapshot).toEqual((await read(test.database))?.snapshot);
  });

  it("finds that there is no such environment", async () => {
    const [featureId = 0] = sample.featureIds.values();
    await test.database.query("UPDATE environments_environment SET deleted_at = now() WHERE id = $1", [
      sample.developmentId,
    ]);
    // twice on each connection: what an earlier transaction settled must not count
    for (const part of [undefined, partOf(featureId), undefined, partOf(featureId)]) {
      expect(await read(test.database, part)).toBeUndefined();
    }
  });

  it.each(["everything", "a part"])("of %s goes by a moment after that of its rows", async (kind) => {
    const [featureId = 0] = sample.featureIds.values();
    const environmentId = sample.developmentId;
    const stateId = await liveState(test.database, { environmentId, featureId });
    const whileBeginning = around(async (snapshot) => {
      await test.database.query(
        "UPDATE features_featurestate SET live_from = clock_timestamp(), enabled = NOT enabled WHERE id = $1",
        [stateId],
      );
      return snapshot;
    });
    const before = await read(test.database);
    const reading = await read(whileBeginning, kind === "a part" ? partOf(featureId) : undefined);
    expect(reading?.featuresWithoutState).toEqual([]);
    const enabled = (of: EnvironmentReading | undefined) =>
      of?.snapshot.features.find(({ id }) => id === featureId)?.environmentState.enabled;
    expect(enabled(reading)).toBe(!enabled(before));
  });

  it("refuses what is asked when the transaction is over, so that it never gets into another", async () => {
    let kept: Queryable | undefined;
    await test.database.readSnapshot(async (snapshot) => {
      kept = snapshot;
    });
    await expect(kept?.query("SELECT 1")).rejects.toThrow("the transaction is over");
    const failed = test.database.readSnapshot(async (snapshot) => {
      kept = snapshot;
      await Promise.all([snapshot.query("SELECT 1 / 0"), snapshot.query("SELECT 1")]);
    });
    await expect(failed).rejects.toThrow("division by zero");
    await expect(kept?.query("SELECT 1")).rejects.toThrow("the transaction is over");
    expect(await test.database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});
