import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { liveState } from "../../src/demo/writer/live-state.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

describe("the sample project", () => {
  let test: TestDatabase;
  let sample: SampleProject;

  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
  });
  afterAll(() => test.drop());

  it("has two environments with fixed keys, the second under v2", async () => {
    const rows = await test.database.query(
      `SELECT environment.name, key, use_v2_feature_versioning AS v2 FROM environments_environmentapikey
       JOIN environments_environment environment ON environment.id = environment_id
       WHERE active AND expires_at IS NULL ORDER BY environment.id`,
    );
    expect(rows).toEqual([
      { name: "Development", key: DEMO_KEYS.development, v2: false },
      { name: "Production", key: DEMO_KEYS.production, v2: true },
    ]);
  });

  it("has a live state of every feature in both, and overrides alike", async () => {
    for (const environmentId of [sample.developmentId, sample.productionId]) {
      for (const featureId of sample.featureIds.values()) {
        expect(await liveState(test.database, { environmentId, featureId })).toBeDefined();
      }
    }
    const featureId = sample.featureIds.get("banner_text") ?? 0;
    const segmentId = sample.segmentIds.get("german_speaking") ?? 0;
    const place = { environmentId: sample.productionId, featureId, segmentId };
    expect(await liveState(test.database, place)).toBeDefined();
  });

  it("uses every operator that Flagsmith has", async () => {
    const rows = await test.database.query(
      "SELECT DISTINCT operator FROM segments_condition ORDER BY operator",
    );
    expect(rows.map((row) => Reflect.get(row as object, "operator"))).toEqual([
      "CONTAINS",
      "EQUAL",
      "GREATER_THAN",
      "GREATER_THAN_INCLUSIVE",
      "IN",
      "IS_NOT_SET",
      "IS_SET",
      "LESS_THAN",
      "LESS_THAN_INCLUSIVE",
      "MODULO",
      "NOT_CONTAINS",
      "NOT_EQUAL",
      "PERCENTAGE_SPLIT",
      "REGEX",
    ]);
  });

  it("has values of every type, options with keys, tags, and identity overrides", async () => {
    const [row] = await test.database.query(
      `SELECT (SELECT count(DISTINCT type)::int FROM features_featurestatevalue) AS types,
         (SELECT count(*)::int FROM multivariate_multivariatefeatureoption WHERE key IS NOT NULL) AS options,
         (SELECT count(*)::int FROM features_feature_tags) AS tagged,
         (SELECT count(*)::int FROM features_featurestate WHERE identity_id IS NOT NULL) AS identities,
         (SELECT count(*)::int FROM features_feature WHERE type = 'MULTIVARIATE') AS multivariate`,
    );
    expect(row).toEqual({ types: 3, options: 5, tagged: expect.any(Number), identities: 8, multivariate: 2 });
  });

  it("has one change ahead in each environment, five minutes after the start", async () => {
    const rows = await test.database.query(
      `SELECT environment_id, live_from - created_at AS ahead FROM features_featurestate WHERE live_from > now()
       UNION ALL
       SELECT environment_id, live_from - created_at FROM feature_versioning_environmentfeatureversion
       WHERE live_from > now() ORDER BY environment_id`,
    );
    expect(rows).toEqual([
      { environment_id: sample.developmentId, ahead: expect.objectContaining({ minutes: 5 }) },
      { environment_id: sample.productionId, ahead: expect.objectContaining({ minutes: 5 }) },
    ]);
  });

  it("schedules its change as near as it is told", async () => {
    const other = await createTestDatabase();
    await createSampleProject(other.database, { scheduledInMs: 3_000 });
    const rows = await other.database.query(
      `SELECT extract(epoch FROM live_from - published_at)::float8 AS seconds
       FROM feature_versioning_environmentfeatureversion WHERE live_from > published_at`,
    );
    expect(rows).toEqual([{ seconds: 3 }]);
    await other.drop();
  });
});
