import type { Database, Queryable } from "../../postgres/connection/database.ts";
import type { FlagValue } from "./flag-value.ts";
import { initialStateOf, insertState } from "./insert-states.ts";
import { liveVersion } from "./live-state.ts";
import { numberOf, numbersOf, textOf } from "./read-rows.ts";
import { insertFeatureSegment, removeFeatureSegments } from "./write-overrides.ts";
import { touchEnvironments } from "./write-places.ts";
import { copyStateContent, updateValue, updateWeight, type Weights } from "./write-states.ts";

/** What a state of a new version holds; what is left out stays as in the version before. */
export interface StateChange {
  readonly enabled?: boolean;
  readonly value?: FlagValue;
  readonly weights?: Weights;
}

/** A segment override in a new version: changed if it is there, else created. */
interface OverrideChange extends StateChange {
  readonly segmentId: number;
  readonly priority?: number;
}

/** A new version of one feature in one environment under v2. */
export interface VersionOptions {
  readonly environmentId: number;
  readonly featureId: number;
  readonly default?: StateChange;
  readonly overrides?: readonly OverrideChange[];
  readonly removedSegmentIds?: readonly number[];
}

async function changeState(transaction: Queryable, stateId: number, change: StateChange): Promise<void> {
  if (change.enabled !== undefined) {
    await transaction.query(
      "UPDATE features_featurestate SET enabled = $2, updated_at = now() WHERE id = $1",
      [stateId, change.enabled],
    );
  }
  if (change.value !== undefined) await updateValue(transaction, stateId, change.value);
  for (const [optionId, percentage] of change.weights ?? []) {
    await updateWeight(transaction, { stateId, optionId, percentage });
  }
}

/** Copies a feature segment and its state, or a default state, into `toVersion`, with new ids and the old seed. */
async function copyState(transaction: Queryable, stateId: number, toVersion: string): Promise<void> {
  const segments = numbersOf(
    await transaction.query(
      `INSERT INTO features_featuresegment
         (environment_id, feature_id, segment_id, environment_feature_version_id, priority, enabled, uuid)
       SELECT environment_id, feature_id, segment_id, $2::uuid, priority, enabled, gen_random_uuid()
       FROM features_featuresegment
       WHERE id = (SELECT feature_segment_id FROM features_featurestate WHERE id = $1) RETURNING id`,
      [stateId, toVersion],
    ),
  );
  const copyId = numberOf(
    await transaction.query(
      `INSERT INTO features_featurestate (feature_id, environment_id, enabled, feature_segment_id,
         environment_feature_version_id, created_at, updated_at, uuid, mv_hashing_salt)
       SELECT feature_id, environment_id, enabled, $3::integer, $2::uuid, now(), now(), gen_random_uuid(),
         coalesce(mv_hashing_salt, id)
       FROM features_featurestate WHERE id = $1 RETURNING id`,
      [stateId, toVersion, segments[0] ?? null],
    ),
  );
  await copyStateContent(transaction, stateId, copyId);
}

async function stateIn(
  transaction: Queryable,
  version: string,
  segmentId: number | null,
): Promise<number | undefined> {
  const rows = await transaction.query(
    `SELECT state.id FROM features_featurestate state
     LEFT JOIN features_featuresegment target ON target.id = state.feature_segment_id
     WHERE state.environment_feature_version_id = $1 AND state.deleted_at IS NULL
       AND target.segment_id IS NOT DISTINCT FROM $2 ORDER BY state.id LIMIT 1`,
    [version, segmentId],
  );
  return numbersOf(rows)[0];
}

async function writeOverride(
  transaction: Queryable,
  version: VersionOptions & { readonly versionUuid: string },
  change: OverrideChange,
): Promise<void> {
  const { environmentId, featureId, versionUuid } = version;
  const { segmentId, priority } = change;
  let stateId = await stateIn(transaction, versionUuid, segmentId);
  if (stateId === undefined) {
    const place = { environmentId, featureId, versionUuid };
    const featureSegmentId = await insertFeatureSegment(transaction, {
      ...place,
      segmentId,
      ...(priority === undefined ? {} : { priority }),
    });
    const { value } = await initialStateOf(transaction, featureId);
    stateId = await insertState(transaction, {
      ...place,
      featureSegmentId,
      enabled: change.enabled ?? false,
      value,
      version: 1,
      liveInMs: null,
    });
  } else if (priority !== undefined) {
    await transaction.query(
      `UPDATE features_featuresegment SET priority = $2
       WHERE id = (SELECT feature_segment_id FROM features_featurestate WHERE id = $1)`,
      [stateId, priority],
    );
  }
  await changeState(transaction, stateId, change);
}

/**
 * A version that is not published yet: copies of everything in the live one, then the changes. Nobody sees it before
 * {@link publishDraft}. In the caller's transaction. Returns its uuid.
 */
export async function createDraft(transaction: Queryable, options: VersionOptions): Promise<string> {
  const { environmentId, featureId } = options;
  const live = await liveVersion(transaction, options);
  const versionUuid = textOf(
    await transaction.query(
      `INSERT INTO feature_versioning_environmentfeatureversion
         (uuid, environment_id, feature_id, created_at, updated_at)
       VALUES (gen_random_uuid(), $1, $2, now(), now()) RETURNING uuid`,
      [environmentId, featureId],
    ),
    "uuid",
  );
  const states = await transaction.query(
    `SELECT id FROM features_featurestate
     WHERE environment_feature_version_id = $1 AND identity_id IS NULL AND deleted_at IS NULL ORDER BY id`,
    [live ?? null],
  );
  for (const stateId of numbersOf(states)) await copyState(transaction, stateId, versionUuid);
  const defaultId = await stateIn(transaction, versionUuid, null);
  if (defaultId !== undefined) await changeState(transaction, defaultId, options.default ?? {});
  const removed = await transaction.query(
    "SELECT id FROM features_featuresegment WHERE environment_feature_version_id = $1 AND segment_id = ANY($2)",
    [versionUuid, options.removedSegmentIds ?? []],
  );
  await removeFeatureSegments(transaction, numbersOf(removed));
  for (const change of options.overrides ?? []) {
    await writeOverride(transaction, { ...options, versionUuid }, change);
  }
  return versionUuid;
}

/** Publishes a draft, to be live in `delayMs` of the database's clock: one UPDATE, and nothing more when it goes live. */
export async function publishDraft(database: Queryable, versionUuid: string, delayMs = 0): Promise<void> {
  await database.query(
    `UPDATE feature_versioning_environmentfeatureversion
     SET published_at = now(), live_from = now() + $2 * interval '1 millisecond', updated_at = now() WHERE uuid = $1`,
    [versionUuid, delayMs],
  );
}

/** What the dashboard does on "save" under v2: draft, changes and publication in one transaction. Returns the uuid. */
export async function publishVersion(
  database: Database,
  options: VersionOptions,
  delayMs = 0,
): Promise<string> {
  const versionUuid = await database.write(async (transaction) => {
    const uuid = await createDraft(transaction, options);
    await publishDraft(transaction, uuid, delayMs);
    return uuid;
  });
  await touchEnvironments(database, options);
  return versionUuid;
}
