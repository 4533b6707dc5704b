import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renameEnvironment, setOrganisationStopped } from "../../src/demo/writer/change-places.ts";
import { disableV2Versioning, enableV2Versioning } from "../../src/demo/writer/switch-versioning.ts";
import { createFeature, createTag, deleteFeature } from "../../src/demo/writer/write-features.ts";
import { createServerKey, deleteServerKey, setServerKeyActive } from "../../src/demo/writer/write-keys.ts";
import { createOption, setOptionValue } from "../../src/demo/writer/write-options.ts";
import {
  createIdentityOverride,
  createSegmentOverride,
  deleteIdentityOverride,
  deleteSegmentOverride,
} from "../../src/demo/writer/write-overrides.ts";
import { touchEnvironments } from "../../src/demo/writer/write-places.ts";
import { createSegment, editSegment } from "../../src/demo/writer/write-segments.ts";
import { setStateEnabled, setStateValue, setWeights } from "../../src/demo/writer/write-states.ts";
import { createDraft, publishDraft, publishVersion } from "../../src/demo/writer/write-versions.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import type { TestDatabase } from "../support/database.ts";
import type { NoticeRecorder } from "../support/notices.ts";
import { GOLD_RULES, NOTHING_NAMED, type NotifyPlace, openNotifyPlace } from "./notify-place.ts";

describe("what the triggers announce (facts/flagsmith.md, section 6)", () => {
  let place: NotifyPlace;
  let test: TestDatabase;
  let recorder: NoticeRecorder;
  beforeAll(async () => {
    place = await openNotifyPlace();
    ({ test, recorder } = place);
  });
  afterAll(() => place.close());

  const nothing = NOTHING_NAMED;
  const onFeature = (kind: "now" | "series", featureId = place.featureId) => ({
    ...nothing,
    kind,
    environments: [place.environmentId],
    features: [featureId],
  });

  it("a v1 toggle: one complete change, and nothing for updated_at", async () => {
    const seen = await recorder.during(() => setStateEnabled(test.database, place.stateId, true));
    expect(seen).toEqual([onFeature("now")]);
  });

  it("a v1 toggle to the same state: nothing", async () => {
    expect(await recorder.during(() => setStateEnabled(test.database, place.stateId, true))).toEqual([]);
  });

  it("a v1 value: one complete change, its second transaction is silent", async () => {
    expect(await recorder.during(() => setStateValue(test.database, place.stateId, "bye"))).toEqual([
      onFeature("now"),
    ]);
  });

  it("a bump of updated_at and of first_evaluated_at: nothing", async () => {
    const seen = await recorder.during(async () => {
      await touchEnvironments(test.database, { projectId: place.projectId });
      await test.database.query("UPDATE environments_environment SET first_evaluated_at = now()");
    });
    expect(seen).toEqual([]);
  });

  it("a new override: a series that ends with its value", async () => {
    let featureSegmentId = 0;
    const { environmentId, featureId, segmentId } = place;
    const created = await recorder.during(async () => {
      ({ featureSegmentId } = await createSegmentOverride(test.database, {
        environmentId,
        featureId,
        segmentId,
        enabled: true,
        value: "gold",
      }));
    });
    expect(created).toEqual([onFeature("series"), onFeature("series"), onFeature("now")]);
    const deleted = await recorder.during(() => deleteSegmentOverride(test.database, featureSegmentId));
    expect(deleted).toContainEqual(onFeature("now"));
    expect(deleted.every((notice) => notice.kind === "now")).toBe(true);
  });

  it("an identity override: a series; its deletion is complete; an identity alone is silent", async () => {
    const { environmentId, featureId } = place;
    let stateId = 0;
    const created = await recorder.during(async () => {
      stateId = await createIdentityOverride(test.database, {
        environmentId,
        featureId,
        identifier: "alice",
        enabled: true,
        value: "hi",
      });
    });
    expect(created).toEqual([onFeature("series"), onFeature("now")]);
    expect(await recorder.during(() => deleteIdentityOverride(test.database, stateId))).toEqual([
      onFeature("now"),
    ]);
    const renamed = await recorder.during(() =>
      test.database.query("UPDATE environments_identity SET identifier = 'bob' WHERE identifier = 'alice'"),
    );
    expect(renamed).toEqual([{ ...nothing, kind: "now", environments: [environmentId] }]);
    const silent = await recorder.during(() =>
      test.database.query(
        `UPDATE environments_identity SET system_traits = '{"a": true}', identifier = identifier`,
      ),
    );
    expect(silent).toEqual([]);
  });

  it("a multivariate option: a series; its value alone a change of the project's environments", async () => {
    const { projectId, featureId } = place;
    let optionId = 0;
    const created = await recorder.during(async () => {
      optionId = await createOption(test.database, { featureId, value: "blue", percentage: 30 });
    });
    expect(created[0]).toEqual({ ...nothing, kind: "series", projects: [projectId], features: [featureId] });
    expect(created.every((notice) => notice.kind === "series")).toBe(true);
    expect(await recorder.during(() => setOptionValue(test.database, optionId, "red"))).toEqual([
      { ...nothing, kind: "now", projects: [projectId], features: [featureId] },
    ]);
    expect(
      await recorder.during(() => setWeights(test.database, place.stateId, new Map([[optionId, 50]]))),
    ).toEqual([onFeature("now")]);
  });

  it("an edit of a segment: complete, and one notification for its many rows", async () => {
    const seen = await recorder.during(() =>
      editSegment(test.database, place.segmentId, [
        {
          type: "ALL",
          rules: [
            {
              type: "ANY",
              conditions: [
                { operator: "EQUAL", property: "plan", value: "platinum" },
                { operator: "IS_SET", property: "vip", value: "" },
              ],
            },
          ],
        },
      ]),
    );
    expect(seen).toEqual([
      { ...nothing, kind: "now", projects: [place.projectId], segments: [place.segmentId] },
    ]);
  });

  it("a new segment: a series", async () => {
    let segmentId = 0;
    const seen = await recorder.during(async () => {
      segmentId = await createSegment(test.database, {
        projectId: place.projectId,
        name: "new",
        rules: GOLD_RULES,
      });
    });
    expect(seen.length).toBeGreaterThan(2);
    for (const notice of seen) {
      expect(notice).toEqual({
        ...nothing,
        kind: "series",
        projects: [place.projectId],
        segments: [segmentId],
      });
    }
  });

  it("a new feature: a series; its deletion complete; tags and description too", async () => {
    const { projectId } = place;
    let featureId = 0;
    const tagId = await createTag(test.database, { projectId, label: "ops" });
    const created = await recorder.during(async () => {
      featureId = await createFeature(test.database, { projectId, name: "new" });
    });
    expect(created[0]).toEqual({ ...nothing, kind: "series", projects: [projectId], features: [featureId] });
    const tagged = await recorder.during(() =>
      test.database.query("INSERT INTO features_feature_tags (feature_id, tag_id) VALUES ($1, $2)", [
        featureId,
        tagId,
      ]),
    );
    expect(tagged).toEqual([{ ...nothing, kind: "now", projects: [projectId], features: [featureId] }]);
    const renamed = await recorder.during(() =>
      test.database.query("UPDATE tags_tag SET label = 'operations'"),
    );
    expect(renamed).toEqual([{ ...nothing, kind: "now", projects: [projectId] }]);
    const deleted = await recorder.during(() => deleteFeature(test.database, featureId));
    expect(deleted[0]).toEqual({ ...nothing, kind: "now", projects: [projectId], features: [featureId] });
  });

  it("keys, names, organisations and our own settings: the directory", async () => {
    const { environmentId, projectId, organisationId } = place;
    const directory = { ...nothing, kind: "directory" };
    let keyId = 0;
    const steps: [() => Promise<unknown>, object[]][] = [
      [
        async () => {
          keyId = (await createServerKey(test.database, { environmentId, name: "k", key: "ser.test" })).id;
        },
        [{ ...directory, environments: [environmentId] }],
      ],
      [
        () => setServerKeyActive(test.database, keyId, false),
        [{ ...directory, environments: [environmentId] }],
      ],
      [() => deleteServerKey(test.database, keyId), [{ ...directory, environments: [environmentId] }]],
      [
        () => renameEnvironment(test.database, environmentId, "Renamed"),
        [{ ...directory, environments: [environmentId] }],
      ],
      [
        () => setOrganisationStopped(test.database, organisationId, true),
        [{ ...directory, projects: [projectId] }],
      ],
      [
        () => setOrganisationStopped(test.database, organisationId, false),
        [{ ...directory, projects: [projectId] }],
      ],
      [
        () => chooseForProject(test.database, projectId, { enabled: true, semantics: "value" }),
        [{ ...directory, projects: [projectId] }],
      ],
    ];
    for (const [action, expected] of steps) expect(await recorder.during(action)).toEqual(expected);
  });

  it("v2: drafts are silent, publishing is one complete change, the switches are series", async () => {
    const { otherId, featureId } = place;
    const change = { ...nothing, kind: "now", environments: [otherId], features: [featureId] };
    const enabled = await recorder.during(() => enableV2Versioning(test.database, otherId));
    expect(enabled.slice(-2)).toEqual([
      { ...nothing, kind: "series", environments: [otherId] },
      { ...nothing, kind: "directory", environments: [otherId] },
    ]);
    let draft = "";
    const drafted = await recorder.during(async () => {
      draft = await test.database.write((transaction) =>
        createDraft(transaction, { environmentId: otherId, featureId, default: { value: "v2" } }),
      );
    });
    expect(drafted).toEqual([]);
    expect(await recorder.during(() => publishDraft(test.database, draft))).toEqual([change]);
    expect(
      await recorder.during(() =>
        publishVersion(test.database, { environmentId: otherId, featureId, default: { enabled: true } }),
      ),
    ).toContainEqual(change);
    const disabled = await recorder.during(() => disableV2Versioning(test.database, otherId));
    expect(disabled.filter((notice) => notice.kind === "series")).toContainEqual({
      ...nothing,
      kind: "series",
      environments: [otherId],
    });
  });
});
