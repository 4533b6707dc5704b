import { describe, expect, it } from "vitest";
import {
  deleteEnvironment,
  deleteProject,
  renameEnvironment,
  renameProject,
  setOrganisationStopped,
} from "../../src/demo/writer/change-places.ts";
import { createFeature } from "../../src/demo/writer/write-features.ts";
import {
  createServerKey,
  deleteServerKey,
  expireServerKey,
  setServerKeyActive,
} from "../../src/demo/writer/write-keys.ts";
import { createOption } from "../../src/demo/writer/write-options.ts";
import {
  createIdentity,
  createIdentityOverride,
  createSegmentOverride,
  deleteIdentityOverride,
  deleteSegmentOverride,
  reorderSegmentOverrides,
} from "../../src/demo/writer/write-overrides.ts";
import { createEnvironment } from "../../src/demo/writer/write-places.ts";
import { createSegment, deleteSegment, editSegment } from "../../src/demo/writer/write-segments.ts";
import { RULES, useShop } from "./shop-fixture.ts";

const shop = useShop();

describe("overrides under v1", () => {
  it("of a segment are created in three transactions, reordered in steps and deleted for good", async () => {
    const { projectId, environmentId } = shop;
    const featureId = await createFeature(shop.database, { projectId, name: "over", value: "initial" });
    const created = [];
    for (const name of ["a", "b", "c"]) {
      const segmentId = await createSegment(shop.database, { projectId, name, rules: RULES });
      created.push(
        await createSegmentOverride(shop.database, {
          environmentId,
          featureId,
          segmentId,
          enabled: true,
          value: name,
        }),
      );
    }
    const ids = created.map(({ featureSegmentId }) => featureSegmentId);
    expect(
      await shop.transactions(
        `SELECT xmin::text FROM features_featuresegment WHERE id = ${ids[0]} UNION ALL SELECT xmin::text FROM features_featurestate WHERE id = ${created[0]?.stateId} UNION ALL SELECT xmin::text FROM features_featurestatevalue WHERE feature_state_id = ${created[0]?.stateId}`,
      ),
    ).toBe(3);
    const priorities = "SELECT id, priority FROM features_featuresegment ORDER BY priority";
    expect(await shop.rows(priorities)).toEqual(ids.map((id, priority) => ({ id, priority })));
    await reorderSegmentOverrides(shop.database, [...ids].reverse());
    expect((await shop.rows(priorities)).map((row) => row.id)).toEqual([...ids].reverse());
    await deleteSegmentOverride(shop.database, ids[2] ?? 0);
    expect(await shop.rows(priorities)).toEqual([
      { id: ids[1], priority: 0 },
      { id: ids[0], priority: 1 },
    ]);
    expect(
      await shop.rows("SELECT FROM features_featurestate WHERE feature_segment_id IS NOT NULL"),
    ).toHaveLength(2);
  });

  it("of an identity keep their rows when deleted, and may have weights of their own", async () => {
    const { projectId, environmentId } = shop;
    const featureId = await createFeature(shop.database, { projectId, name: "mine", value: "initial" });
    const optionId = await createOption(shop.database, { featureId, value: "o", percentage: 0 });
    const place = { environmentId, featureId, identifier: "ada" };
    const identityId = await createIdentity(shop.database, place);
    const stateId = await createIdentityOverride(shop.database, {
      ...place,
      enabled: true,
      weights: new Map([[optionId, 100]]),
    });
    expect(
      await shop.rows(
        "SELECT string_value, percentage_allocation FROM features_featurestatevalue v JOIN multivariate_multivariatefeaturestatevalue w USING (feature_state_id) WHERE feature_state_id = $1",
        stateId,
      ),
    ).toEqual([{ string_value: "initial", percentage_allocation: 100 }]);
    await deleteIdentityOverride(shop.database, stateId);
    expect(
      await shop.rows(
        "SELECT deleted_at IS NOT NULL AS gone FROM features_featurestate WHERE id = $1",
        stateId,
      ),
    ).toEqual([{ gone: true }]);
    const again = await createIdentityOverride(shop.database, { ...place, enabled: false, value: 1 });
    expect(again).not.toBe(stateId);
    expect(await shop.rows("SELECT id, identifier FROM environments_identity")).toEqual([
      { id: identityId, identifier: "ada" },
    ]);
  });
});

describe("segments", () => {
  it("are written step by step, a revision is kept of each edit, the live id stays", async () => {
    const { projectId } = shop;
    const segmentId = await createSegment(shop.database, { projectId, name: "gold", rules: RULES });
    const steps =
      "SELECT xmin::text FROM segments_segment UNION ALL SELECT xmin::text FROM segments_segmentrule UNION ALL SELECT xmin::text FROM segments_condition";
    expect(await shop.transactions(steps)).toBe(4);
    await editSegment(shop.database, segmentId, [
      { type: "NONE", conditions: [{ operator: "IS_SET", property: "x", value: "None" }] },
    ]);
    expect(
      await shop.rows(
        "SELECT id = $1 AS live, version, version_of_id, rules_data->0->>'type' AS type FROM segments_segment ORDER BY id",
        segmentId,
      ),
    ).toEqual([
      { live: true, version: 2, version_of_id: segmentId, type: "NONE" },
      { live: false, version: 1, version_of_id: segmentId, type: "ALL" },
    ]);
    const live =
      "SELECT c.operator, r.segment_id = $1 AS of_live FROM segments_condition c JOIN segments_segmentrule r ON r.id = c.rule_id WHERE c.deleted_at IS NULL AND r.deleted_at IS NULL ORDER BY c.operator";
    expect(await shop.rows(live, segmentId)).toEqual([
      { operator: "EQUAL", of_live: null },
      { operator: "IS_SET", of_live: true },
    ]);
  });

  it("are deleted in one transaction, with their overrides for good", async () => {
    const { projectId, environmentId } = shop;
    const featureId = await createFeature(shop.database, { projectId, name: "f" });
    const segmentId = await createSegment(shop.database, { projectId, name: "gold", rules: RULES });
    await createSegmentOverride(shop.database, { environmentId, featureId, segmentId, enabled: true });
    await editSegment(shop.database, segmentId, RULES);
    await deleteSegment(shop.database, segmentId);
    expect(await shop.rows("SELECT FROM features_featuresegment")).toEqual([]);
    expect(await shop.rows("SELECT FROM features_featurestate WHERE feature_segment_id IS NOT NULL")).toEqual(
      [],
    );
    expect(await shop.rows("SELECT FROM segments_segment WHERE deleted_at IS NULL")).toEqual([]);
    expect(await shop.rows("SELECT FROM segments_condition WHERE deleted_at IS NULL")).toEqual([]);
  });
});

describe("keys and places", () => {
  it("change their own row only", async () => {
    const { organisationId, projectId, environmentId } = shop;
    const before = await shop.touchedAt();
    const { id, key } = await createServerKey(shop.database, { environmentId, name: "k" });
    expect(key).toMatch(/^ser\.[2-9A-Za-z]{22}$/);
    await setServerKeyActive(shop.database, id, false);
    await expireServerKey(shop.database, id);
    expect(
      await shop.rows("SELECT active, expires_at <= now() AS expired FROM environments_environmentapikey"),
    ).toEqual([{ active: false, expired: true }]);
    await deleteServerKey(shop.database, id);
    expect(await shop.rows("SELECT FROM environments_environmentapikey")).toEqual([]);
    await setOrganisationStopped(shop.database, organisationId, true);
    await renameProject(shop.database, projectId, "Store");
    expect(await shop.touchedAt()).toEqual(before);
    await renameEnvironment(shop.database, environmentId, "Stage");
    expect(await shop.touchedAt()).not.toEqual(before);
    expect(
      await shop.rows(
        "SELECT stop_serving_flags, p.name AS project, e.name FROM organisations_organisation o JOIN projects_project p ON p.organisation_id = o.id JOIN environments_environment e ON e.project_id = p.id",
      ),
    ).toEqual([{ stop_serving_flags: true, project: "Store", name: "Stage" }]);
  });

  it("are deleted softly: an environment at once, a project from the top", async () => {
    const { projectId, environmentId } = shop;
    await createFeature(shop.database, { projectId, name: "f" });
    await createSegment(shop.database, { projectId, name: "s", rules: RULES });
    const other = await createEnvironment(shop.database, { projectId, name: "Other" });
    await deleteEnvironment(shop.database, other);
    expect(
      await shop.transactions(
        `SELECT xmin::text FROM environments_environment WHERE id = ${other} UNION ALL SELECT xmin::text FROM features_featurestate WHERE environment_id = ${other}`,
      ),
    ).toBe(1);
    await deleteProject(shop.database, projectId);
    const [order] = await shop.rows(
      "SELECT p.deleted_at < e.deleted_at AND e.deleted_at < s.deleted_at AND s.deleted_at < f.deleted_at AS down FROM projects_project p, environments_environment e, segments_segment s, features_feature f WHERE e.id = $1",
      environmentId,
    );
    expect(order).toEqual({ down: true });
  });
});
