import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { liveState, liveVersion } from "../../src/demo/writer/live-state.ts";
import { disableV2Versioning, enableV2Versioning } from "../../src/demo/writer/switch-versioning.ts";
import { createFeature, deleteFeature } from "../../src/demo/writer/write-features.ts";
import { createOption } from "../../src/demo/writer/write-options.ts";
import { createIdentityOverride, createSegmentOverride } from "../../src/demo/writer/write-overrides.ts";
import { createEnvironment, createOrganisation, createProject } from "../../src/demo/writer/write-places.ts";
import { createSegment } from "../../src/demo/writer/write-segments.ts";
import { createDraft, publishDraft, publishVersion } from "../../src/demo/writer/write-versions.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

type Row = Readonly<Record<string, unknown>>;

let test: TestDatabase;
let projectId: number;
let environmentId: number;
let featureId: number;
let segmentId: number;
let optionId: number;

/** An environment with a multivariate feature that has a segment override and an identity override, then v2. */
beforeEach(async () => {
  test = await createTestDatabase();
  const organisationId = await createOrganisation(test.database, "Org");
  projectId = await createProject(test.database, { organisationId, name: "Shop" });
  environmentId = await createEnvironment(test.database, { projectId, name: "Prod" });
  featureId = await createFeature(test.database, { projectId, name: "mv", enabled: true, value: "first" });
  optionId = await createOption(test.database, { featureId, value: "o", percentage: 25 });
  segmentId = await createSegment(test.database, { projectId, name: "s", rules: [] });
  const place = { environmentId, featureId };
  await createSegmentOverride(test.database, { ...place, segmentId, enabled: false, value: "seg" });
  await createIdentityOverride(test.database, { ...place, identifier: "ada", enabled: true, value: "ada" });
  await enableV2Versioning(test.database, environmentId);
});
afterEach(() => test.drop());

async function rows(sql: string, ...values: unknown[]): Promise<readonly Row[]> {
  return (await test.database.query(sql, values)) as readonly Row[];
}

/** What a version holds: segment or null, on/off, text, percentages. */
function contentOf(version: string | undefined): Promise<readonly Row[]> {
  return rows(
    `SELECT t.segment_id AS segment, t.priority, s.enabled, v.string_value AS text,
       array(SELECT percentage_allocation FROM multivariate_multivariatefeaturestatevalue w
             WHERE w.feature_state_id = s.id ORDER BY w.id) AS weights
     FROM features_featurestate s JOIN features_featurestatevalue v ON v.feature_state_id = s.id
     LEFT JOIN features_featuresegment t ON t.id = s.feature_segment_id
     WHERE s.environment_feature_version_id = $1 AND s.deleted_at IS NULL ORDER BY t.segment_id NULLS FIRST`,
    version,
  );
}

const INITIAL = { segment: null, priority: null, enabled: true, text: "first", weights: [25] };

describe("v2", () => {
  it("starts with a published version per feature that holds its live states, identities left outside", async () => {
    const version = await liveVersion(test.database, { environmentId, featureId });
    expect(await contentOf(version)).toEqual([
      INITIAL,
      { segment: segmentId, priority: 0, enabled: false, text: "seg", weights: [] },
    ]);
    expect(
      await rows(
        "SELECT environment_feature_version_id AS version FROM features_featurestate WHERE identity_id IS NOT NULL",
      ),
    ).toEqual([{ version: null }]);
    expect(
      await rows("SELECT environment_feature_version_id = $1 AS same FROM features_featuresegment", version),
    ).toEqual([{ same: true }]);
  });

  it("gives a new feature a version at once", async () => {
    const later = await createFeature(test.database, { projectId, name: "later" });
    expect(await liveState(test.database, { environmentId, featureId: later })).toBeDefined();
    await deleteFeature(test.database, later);
    expect(
      await rows(
        "SELECT FROM feature_versioning_environmentfeatureversion WHERE feature_id = $1 AND deleted_at IS NULL",
        later,
      ),
    ).toEqual([]);
  });

  it("publishes copies with new ids and the old seed, in one transaction", async () => {
    const before = await liveState(test.database, { environmentId, featureId });
    const other = await createSegment(test.database, { projectId, name: "other", rules: [] });
    const version = await publishVersion(test.database, {
      environmentId,
      featureId,
      default: { enabled: false, value: "second", weights: new Map([[optionId, 50]]) },
      overrides: [
        { segmentId, value: "changed", priority: 1 },
        { segmentId: other, enabled: true, weights: new Map([[optionId, 100]]), priority: 0 },
      ],
    });
    expect(await liveVersion(test.database, { environmentId, featureId })).toBe(version);
    expect(await contentOf(version)).toEqual([
      { segment: null, priority: null, enabled: false, text: "second", weights: [50] },
      { segment: segmentId, priority: 1, enabled: false, text: "changed", weights: [] },
      { segment: other, priority: 0, enabled: true, text: "first", weights: [100] },
    ]);
    expect(
      await rows(
        "SELECT live_from, version, mv_hashing_salt FROM features_featurestate WHERE environment_feature_version_id = $1 AND feature_segment_id IS NULL",
        version,
      ),
    ).toEqual([{ live_from: null, version: null, mv_hashing_salt: before }]);
    const written = await rows(
      "SELECT xmin::text FROM feature_versioning_environmentfeatureversion WHERE uuid = $1 UNION SELECT xmin::text FROM features_featurestate WHERE environment_feature_version_id = $1 UNION SELECT xmin::text FROM features_featuresegment WHERE environment_feature_version_id = $1",
      version,
    );
    expect(written).toHaveLength(1);
    const without = await publishVersion(test.database, {
      environmentId,
      featureId,
      removedSegmentIds: [segmentId],
    });
    expect((await contentOf(without)).map((row) => row.segment)).toEqual([null, other]);
  });

  it("shows neither a draft nor what is published for later", async () => {
    const first = await liveVersion(test.database, { environmentId, featureId });
    const options = { environmentId, featureId, default: { value: "later" } };
    const draft = await test.database.write((transaction) => createDraft(transaction, options));
    expect(await liveVersion(test.database, options)).toBe(first);
    await publishDraft(test.database, draft, 60_000);
    expect(await liveVersion(test.database, options)).toBe(first);
    await test.database.query(
      "UPDATE feature_versioning_environmentfeatureversion SET live_from = now() WHERE uuid = $1",
      [draft],
    );
    expect(await liveVersion(test.database, options)).toBe(draft);
  });

  it("adds identity overrides outside versions, without a time", async () => {
    const stateId = await createIdentityOverride(test.database, {
      environmentId,
      featureId,
      identifier: "grace",
      enabled: true,
    });
    const [row] = await rows(
      "SELECT live_from, environment_feature_version_id AS version, identity_id FROM features_featurestate WHERE id = $1",
      stateId,
    );
    expect(row).toMatchObject({ live_from: null, version: null });
    expect(
      await liveState(test.database, { environmentId, featureId, identityId: Number(row?.identity_id) }),
    ).toBe(stateId);
  });

  it("goes back to v1 with what was live, and nothing else", async () => {
    const version = await publishVersion(test.database, {
      environmentId,
      featureId,
      default: { value: "last" },
    });
    const stateId = await liveState(test.database, { environmentId, featureId });
    await disableV2Versioning(test.database, environmentId);
    expect(await liveState(test.database, { environmentId, featureId })).toBe(stateId);
    expect(await liveState(test.database, { environmentId, featureId, segmentId })).toBeDefined();
    expect(
      await rows(
        "SELECT version, environment_feature_version_id AS of, live_from <= now() AS live FROM features_featurestate WHERE deleted_at IS NULL AND identity_id IS NULL",
      ),
    ).toEqual(Array(2).fill({ version: 1, of: null, live: true }));
    expect(
      await rows("SELECT FROM feature_versioning_environmentfeatureversion WHERE deleted_at IS NULL"),
    ).toEqual([]);
    expect(version).toBeDefined();
  });
});
