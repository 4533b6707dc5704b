import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { liveState } from "../../src/demo/writer/live-state.ts";
import { createFeature, deleteFeature } from "../../src/demo/writer/write-features.ts";
import { createOption, setOptionValue } from "../../src/demo/writer/write-options.ts";
import {
  createIdentityOverride,
  createSegmentOverride,
  deleteIdentityOverride,
  deleteSegmentOverride,
  reorderSegmentOverrides,
} from "../../src/demo/writer/write-overrides.ts";
import { createSegment, deleteSegment, editSegment } from "../../src/demo/writer/write-segments.ts";
import { setStateEnabled, setStateValue, setWeights } from "../../src/demo/writer/write-states.ts";
import { publishVersion } from "../../src/demo/writer/write-versions.ts";
import type { EnvironmentSnapshot } from "../../src/model/environment.ts";
import type { Database } from "../../src/postgres/connection/database.ts";
import { readEnvironment } from "../../src/postgres/reading/read-environment.ts";
import { type FlagsmithColumns, probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { DirtyScopes } from "../../src/snapshot/dirty-scopes.ts";
import { mergeReading } from "../../src/snapshot/merge-reading.ts";
import { TranslationCache } from "../../src/translate/kept/translation-cache.ts";
import { translateEnvironment } from "../../src/translate/translate-environment.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type NoticeRecorder, recordNotices, type SeenNotice } from "../support/notices.ts";

const SETTINGS = { semantics: "flagsmith", identityOverrideLimit: 100 } as const;
const ACTIONS = 300;
/** PROPERTY_SEED repeats a run; the seed is part of a failure's message. */
const SEED = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 2 ** 31));

const rulesFor = (value: string) =>
  [
    { type: "ALL", rules: [{ type: "ANY", conditions: [{ operator: "EQUAL", property: "plan", value }] }] },
  ] as const;

/** One row of a query, chosen by a number; `undefined` if there is none. */
async function pick(
  database: Database,
  sql: string,
  at: number,
  values: unknown[] = [],
): Promise<number | undefined> {
  const rows = await database.query(sql, values);
  const row = rows[at % Math.max(1, rows.length)];
  return row === undefined ? undefined : Number((row as { id: unknown }).id);
}

/** What people do in Flagsmith, each named by a number so that a failing sequence shrinks and can be repeated. */
function actionsOn(database: Database, sample: SampleProject) {
  const { projectId, developmentId, productionId } = sample;
  const feature = (at: number) =>
    pick(
      database,
      "SELECT id FROM features_feature WHERE project_id = $1 AND deleted_at IS NULL ORDER BY id",
      at,
      [projectId],
    );
  const segment = (at: number) =>
    pick(
      database,
      "SELECT id FROM segments_segment WHERE deleted_at IS NULL AND version_of_id = id ORDER BY id",
      at,
    );
  const state = async (at: number) => {
    const featureId = await feature(at);
    return featureId && (await liveState(database, { environmentId: developmentId, featureId }));
  };
  const override = (at: number) =>
    pick(
      database,
      "SELECT id FROM features_featuresegment WHERE environment_feature_version_id IS NULL ORDER BY id",
      at,
    );
  type Action = (at: number) => Promise<unknown>;
  const on =
    (find: Action, act: (id: number, at: number) => Promise<unknown>): Action =>
    async (at) => {
      const id = await find(at);
      return typeof id === "number" ? act(id, at) : undefined;
    };
  const actions: Readonly<Record<string, Action>> = {
    toggle: on(state, (id, at) => setStateEnabled(database, id, at % 2 === 0)),
    value: on(state, (id, at) => setStateValue(database, id, `value ${at}`)),
    publish: on(feature, (featureId, at) =>
      publishVersion(database, {
        environmentId: productionId,
        featureId,
        default: { enabled: at % 2 === 0, value: `v${at}` },
      }),
    ),
    publishOverride: on(feature, async (featureId, at) => {
      const segmentId = await segment(at);
      if (segmentId === undefined) return;
      const overrides = [{ segmentId, enabled: true, value: `o${at}` }];
      await publishVersion(database, { environmentId: productionId, featureId, overrides });
    }),
    segmentOverride: on(feature, async (featureId, at) => {
      const segmentId = await segment(at);
      const taken = await pick(
        database,
        "SELECT id FROM features_featuresegment WHERE feature_id = $1 AND segment_id = $2 AND environment_id = $3",
        0,
        [featureId, segmentId ?? 0, developmentId],
      );
      if (segmentId === undefined || taken !== undefined) return;
      await createSegmentOverride(database, {
        environmentId: developmentId,
        featureId,
        segmentId,
        enabled: true,
        value: `s${at}`,
      });
    }),
    deleteOverride: on(override, (id) => deleteSegmentOverride(database, id)),
    reorder: on(feature, async (featureId) => {
      const rows = await database.query(
        "SELECT id FROM features_featuresegment WHERE feature_id = $1 AND environment_id = $2 ORDER BY priority DESC",
        [featureId, developmentId],
      );
      await reorderSegmentOverrides(
        database,
        rows.map((row) => Number((row as { id: unknown }).id)),
      );
    }),
    identity: on(feature, (featureId, at) =>
      createIdentityOverride(database, {
        environmentId: at % 2 ? developmentId : productionId,
        featureId,
        identifier: `person ${at}`,
        enabled: true,
        value: `i${at}`,
      }),
    ),
    deleteIdentity: on(
      (at) =>
        pick(
          database,
          "SELECT id FROM features_featurestate WHERE identity_id IS NOT NULL AND deleted_at IS NULL ORDER BY id",
          at,
        ),
      (id) => deleteIdentityOverride(database, id),
    ),
    renameIdentity: (at) =>
      database.query(
        "UPDATE environments_identity SET identifier = identifier || $1 WHERE id = (SELECT max(id) FROM environments_identity)",
        [`-${at}`],
      ),
    newSegment: (at) =>
      createSegment(database, { projectId, name: `segment ${at}`, rules: rulesFor(`p${at}`) }),
    editSegment: on(segment, (id, at) => editSegment(database, id, rulesFor(`edited ${at}`))),
    editCondition: (at) =>
      database.query(
        "UPDATE segments_condition SET value = value || '1' WHERE id = (SELECT id FROM segments_condition WHERE deleted_at IS NULL ORDER BY id OFFSET $1 LIMIT 1)",
        [at % 20],
      ),
    deleteSegment: on(segment, (id) => deleteSegment(database, id)),
    newFeature: (at) =>
      createFeature(database, { projectId, name: `feature_${at}_${Math.floor(at / 7)}`, value: at }).catch(
        () => undefined,
      ),
    deleteFeature: on(feature, (id, at) => (at % 5 === 0 ? deleteFeature(database, id) : Promise.resolve())),
    option: on(feature, (featureId, at) =>
      createOption(database, { featureId, value: `option ${at}`, percentage: at % 50 }),
    ),
    optionValue: on(
      (at) => pick(database, "SELECT id FROM multivariate_multivariatefeatureoption ORDER BY id", at),
      (id, at) => setOptionValue(database, id, `option value ${at}`),
    ),
    weights: on(state, async (stateId, at) => {
      const optionId = await pick(
        database,
        "SELECT multivariate_feature_option_id AS id FROM multivariate_multivariatefeaturestatevalue WHERE feature_state_id = $1",
        at,
        [stateId],
      );
      if (optionId !== undefined) await setWeights(database, stateId, new Map([[optionId, at % 100]]));
    }),
    describe: on(feature, (id, at) =>
      database.query("UPDATE features_feature SET description = $2 WHERE id = $1", [id, `text ${at}`]),
    ),
    tag: on(feature, (id) =>
      database.query(
        "INSERT INTO features_feature_tags (feature_id, tag_id) SELECT $1, min(id) FROM tags_tag ON CONFLICT DO NOTHING",
        [id],
      ),
    ),
  };
  return actions;
}

describe("reading and translating only what changed gives what doing all of it gives", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  let columns: FlagsmithColumns;
  let recorder: NoticeRecorder;
  const known = new Map<number, { snapshot: EnvironmentSnapshot; versioned: boolean }>();
  const caches = new Map<number, TranslationCache>();
  const cacheOf = (environmentId: number): TranslationCache => {
    const cache = caches.get(environmentId) ?? new TranslationCache();
    caches.set(environmentId, cache);
    return cache;
  };

  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    columns = await probeFlagsmith(test.database);
    recorder = await recordNotices(test.url, test.database);
  });
  afterAll(async () => {
    await recorder.close();
    await test.drop();
  });

  async function catchUp(environmentId: number, notices: readonly SeenNotice[]): Promise<void> {
    const dirty = new DirtyScopes();
    for (const notice of notices) {
      const concerns =
        notice.environments?.includes(environmentId) || notice.projects?.includes(sample.projectId);
      if (notice.kind === "everything") dirty.add(environmentId, "everything");
      else if (concerns && notice.kind !== "directory") dirty.add(environmentId, notice);
    }
    const before = known.get(environmentId);
    const scope = before === undefined ? "everything" : dirty.take(environmentId);
    if (scope === undefined) return;
    const part =
      scope === "everything" || before === undefined
        ? {}
        : { part: { ...scope, versioned: before.versioned } };
    const reading = await readEnvironment(test.database, {
      environmentId,
      columns,
      settings: SETTINGS,
      ...part,
    });
    if (reading === undefined) throw new Error("the environment is gone");
    known.set(environmentId, {
      snapshot: mergeReading(before?.snapshot, reading.snapshot, reading.part),
      versioned: reading.versioned,
    });
  }

  it("whatever people do, byte for byte", async () => {
    const actions = actionsOn(test.database, sample);
    const environments = [sample.developmentId, sample.productionId];
    for (const environmentId of environments) await catchUp(environmentId, []);
    const step = fc.record({ name: fc.constantFrom(...Object.keys(actions)), at: fc.nat({ max: 999 }) });
    const steps = fc.sample(step, { numRuns: ACTIONS, seed: SEED });
    for (const { name, at } of steps) {
      const notices = await recorder.during(async () => actions[name]?.(at));
      for (const environmentId of environments) {
        await catchUp(environmentId, notices);
        const full = await readEnvironment(test.database, { environmentId, columns, settings: SETTINGS });
        const expected = full && translateEnvironment(full.snapshot).text;
        const merged = known.get(environmentId)?.snapshot;
        expect(
          merged && translateEnvironment(merged, { cache: cacheOf(environmentId) }).text,
          `seed ${SEED}: after ${name} ${at}`,
        ).toBe(expected);
      }
    }
  }, 120_000);
});
