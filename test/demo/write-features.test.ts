import { describe, expect, it } from "vitest";
import { liveState } from "../../src/demo/writer/live-state.ts";
import {
  createFeature,
  createTag,
  deleteFeature,
  setFeatureArchived,
} from "../../src/demo/writer/write-features.ts";
import { createOption, deleteOption, setOptionValue } from "../../src/demo/writer/write-options.ts";
import { createEnvironment } from "../../src/demo/writer/write-places.ts";
import {
  scheduleState,
  setStateEnabled,
  setStateValue,
  setWeights,
} from "../../src/demo/writer/write-states.ts";
import { useShop } from "./shop-fixture.ts";

const shop = useShop();

describe("features", () => {
  it("come with a state and a value per environment, in one transaction, then with options", async () => {
    const { projectId } = shop;
    await createEnvironment(shop.database, { projectId, name: "Prod" });
    const tagId = await createTag(shop.database, { projectId, label: "team" });
    const featureId = await createFeature(shop.database, {
      projectId,
      name: "page",
      value: 12,
      tagIds: [tagId],
    });
    expect(
      await shop.rows(
        "SELECT enabled, version, type, integer_value FROM features_featurestate s JOIN features_featurestatevalue v ON v.feature_state_id = s.id",
      ),
    ).toEqual(Array(2).fill({ enabled: false, version: 1, type: "int", integer_value: 12 }));
    expect(
      await shop.transactions(
        "SELECT xmin::text FROM features_feature UNION ALL SELECT xmin::text FROM features_featurestate UNION ALL SELECT xmin::text FROM features_featurestatevalue",
      ),
    ).toBe(1);
    const optionId = await createOption(shop.database, {
      featureId,
      value: 24,
      percentage: 30,
      key: "two_dozen",
    });
    expect(
      await shop.rows("SELECT percentage_allocation FROM multivariate_multivariatefeaturestatevalue"),
    ).toEqual(Array(2).fill({ percentage_allocation: 30 }));
    const before = await shop.touchedAt();
    await setOptionValue(shop.database, optionId, "many");
    expect(
      await shop.rows("SELECT type, string_value, integer_value FROM multivariate_multivariatefeatureoption"),
    ).toEqual([{ type: "unicode", string_value: "many", integer_value: null }]);
    expect(await shop.touchedAt()).toEqual(before);
    expect(await shop.rows("SELECT type FROM features_feature")).toEqual([{ type: "MULTIVARIATE" }]);
    await deleteOption(shop.database, optionId);
    expect(await shop.rows("SELECT type FROM features_feature")).toEqual([{ type: "STANDARD" }]);
  });

  it("are given to environments that are created later, with the options' percentages", async () => {
    const { projectId } = shop;
    const featureId = await createFeature(shop.database, {
      projectId,
      name: "late",
      enabled: true,
      value: "x",
    });
    await createOption(shop.database, { featureId, value: "y", percentage: 40 });
    const later = await createEnvironment(shop.database, { projectId, name: "Later" });
    const stateId = await liveState(shop.database, { environmentId: later, featureId });
    expect(
      await shop.rows(
        "SELECT percentage_allocation FROM multivariate_multivariatefeaturestatevalue WHERE feature_state_id = $1",
        stateId,
      ),
    ).toEqual([{ percentage_allocation: 40 }]);
  });

  it("are archived in place, and deleted softly, the feature before its states", async () => {
    const { projectId } = shop;
    const featureId = await createFeature(shop.database, { projectId, name: "old" });
    await setFeatureArchived(shop.database, featureId, true);
    await deleteFeature(shop.database, featureId);
    const [deleted] = await shop.rows(
      "SELECT f.deleted_at < s.deleted_at AS first, v.deleted_at IS NOT NULL AS value FROM features_feature f JOIN features_featurestate s ON s.feature_id = f.id JOIN features_featurestatevalue v ON v.feature_state_id = s.id",
    );
    expect(deleted).toEqual({ first: true, value: true });
  });
});

describe("states under v1", () => {
  it("are toggled in place, and the environment's time moves afterwards, in another transaction", async () => {
    const { projectId } = shop;
    const stateId = await shop.stateOf(await createFeature(shop.database, { projectId, name: "toggle" }));
    const before = await shop.touchedAt();
    await setStateEnabled(shop.database, stateId, true);
    expect(await shop.rows("SELECT enabled, version FROM features_featurestate")).toEqual([
      { enabled: true, version: 1 },
    ]);
    expect(await shop.touchedAt()).not.toEqual(before);
    expect(
      await shop.transactions(
        "SELECT xmin::text FROM features_featurestate UNION ALL SELECT xmin::text FROM environments_environment",
      ),
    ).toBe(2);
  });

  it("get a value, then a new time, in two transactions", async () => {
    const { projectId } = shop;
    const stateId = await shop.stateOf(await createFeature(shop.database, { projectId, name: "value" }));
    await setStateValue(shop.database, stateId, "new");
    expect(await shop.rows("SELECT type, string_value FROM features_featurestatevalue")).toEqual([
      { type: "unicode", string_value: "new" },
    ]);
    expect(
      await shop.transactions(
        "SELECT xmin::text FROM features_featurestate UNION ALL SELECT xmin::text FROM features_featurestatevalue",
      ),
    ).toBe(2);
  });

  it("get their weights one transaction each", async () => {
    const { projectId } = shop;
    const featureId = await createFeature(shop.database, { projectId, name: "mv", value: "c" });
    const first = await createOption(shop.database, { featureId, value: "a", percentage: 10 });
    const second = await createOption(shop.database, { featureId, value: "b", percentage: 20 });
    await setWeights(
      shop.database,
      await shop.stateOf(featureId),
      new Map([
        [first, 33.3],
        [second, 0],
      ]),
    );
    const weights =
      "SELECT xmin::text, percentage_allocation FROM multivariate_multivariatefeaturestatevalue";
    expect((await shop.rows(`${weights} ORDER BY id`)).map((row) => row.percentage_allocation)).toEqual([
      33.3, 0,
    ]);
    expect(await shop.transactions(weights)).toBe(2);
  });

  it("are scheduled by a second row with the next version and a time ahead", async () => {
    const { projectId } = shop;
    const featureId = await createFeature(shop.database, { projectId, name: "later", value: "now" });
    const stateId = await shop.stateOf(featureId);
    const draftId = await scheduleState(shop.database, {
      stateId,
      delayMs: 60_000,
      enabled: true,
      value: "then",
    });
    expect(await shop.stateOf(featureId)).toBe(stateId);
    expect(
      await shop.rows(
        "SELECT enabled, version, live_from > now() AS ahead, mv_hashing_salt, string_value FROM features_featurestate s JOIN features_featurestatevalue v ON v.feature_state_id = s.id WHERE s.id = $1",
        draftId,
      ),
    ).toEqual([{ enabled: true, version: 2, ahead: true, mv_hashing_salt: stateId, string_value: "then" }]);
    await shop.database.query("UPDATE features_featurestate SET live_from = now() WHERE id = $1", [draftId]);
    expect(await shop.stateOf(featureId)).toBe(draftId);
  });
});
