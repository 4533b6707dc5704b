import type { Database, Queryable } from "../../postgres/connection/database.ts";
import type { FlagValue } from "./flag-value.ts";
import { initialStateOf, insertState } from "./insert-states.ts";
import { isVersioned } from "./live-state.ts";
import { memberOf, numberOf, numbersOf } from "./read-rows.ts";
import { touchEnvironments } from "./write-places.ts";
import { updateValue, updateWeight, type Weights } from "./write-states.ts";

interface OverrideContent {
  readonly environmentId: number;
  readonly featureId: number;
  readonly enabled: boolean;
  /** Left out: the feature's initial value stays. */
  readonly value?: FlagValue;
  /** Percentages of its own, by option id. */
  readonly weights?: Weights;
}

/** A segment override to create under v1. */
export interface SegmentOverrideOptions extends OverrideContent {
  readonly segmentId: number;
  /** Lower wins; left out: after those that are there. */
  readonly priority?: number;
}

/** An identity override to create. */
export interface IdentityOverrideOptions extends OverrideContent {
  readonly identifier: string;
}

/** Ids of what an override consists of. */
export interface SegmentOverride {
  readonly featureSegmentId: number;
  readonly stateId: number;
}

/** Inserts the row that ties a feature to a segment; returns its id. Used by v1 overrides and v2 versions. */
export async function insertFeatureSegment(
  database: Queryable,
  options: Omit<SegmentOverrideOptions, keyof OverrideContent> & {
    readonly environmentId: number;
    readonly featureId: number;
    readonly versionUuid?: string;
  },
): Promise<number> {
  return numberOf(
    await database.query(
      `INSERT INTO features_featuresegment
         (environment_id, feature_id, segment_id, environment_feature_version_id, priority, enabled, uuid)
       VALUES ($1, $2, $3, $4, coalesce($5, (
         SELECT coalesce(max(priority) + 1, 0) FROM features_featuresegment
         WHERE environment_id = $1 AND feature_id = $2 AND environment_feature_version_id IS NOT DISTINCT FROM $4
       )), false, gen_random_uuid()) RETURNING id`,
      [
        options.environmentId,
        options.featureId,
        options.segmentId,
        options.versionUuid ?? null,
        options.priority ?? null,
      ],
    ),
  );
}

async function fillOverride(database: Queryable, stateId: number, content: OverrideContent): Promise<void> {
  if (content.value !== undefined) await updateValue(database, stateId, content.value);
  for (const [optionId, percentage] of content.weights ?? []) {
    await updateWeight(database, { stateId, optionId, percentage });
  }
  await touchEnvironments(database, { environmentId: content.environmentId });
}

/**
 * A segment override under v1, in the transactions of Flagsmith's REST: the feature segment, then state and value with
 * the feature's *initial* value, then the value that was asked for, then its percentages.
 */
export async function createSegmentOverride(
  database: Database,
  options: SegmentOverrideOptions,
): Promise<SegmentOverride> {
  const featureSegmentId = await insertFeatureSegment(database, options);
  const { value } = await initialStateOf(database, options.featureId);
  const { environmentId, featureId, enabled } = options;
  const stateId = await database.write((transaction) =>
    insertState(transaction, {
      environmentId,
      featureId,
      enabled,
      value,
      featureSegmentId,
      version: 1,
      liveInMs: 0,
    }),
  );
  await fillOverride(database, stateId, options);
  return { featureSegmentId, stateId };
}

/** An identity of an environment, made if it is new. Returns its id. */
export async function createIdentity(
  database: Queryable,
  options: { readonly environmentId: number; readonly identifier: string },
): Promise<number> {
  return numberOf(
    await database.query(
      `INSERT INTO environments_identity (environment_id, identifier, created_date, system_traits)
       VALUES ($1, $2, now(), '{}')
       ON CONFLICT (environment_id, identifier) DO UPDATE SET identifier = excluded.identifier RETURNING id`,
      [options.environmentId, options.identifier],
    ),
  );
}

/** An identity override, under v1 or v2: state and value with the initial value, then the value. Returns the state's id. */
export async function createIdentityOverride(
  database: Database,
  options: IdentityOverrideOptions,
): Promise<number> {
  const { environmentId, featureId, enabled } = options;
  const identityId = await createIdentity(database, options);
  const { value } = await initialStateOf(database, featureId);
  const liveInMs = (await isVersioned(database, environmentId)) ? null : 0;
  const stateId = await database.write((transaction) =>
    insertState(transaction, {
      environmentId,
      featureId,
      enabled,
      value,
      identityId,
      version: 1,
      liveInMs,
    }),
  );
  await fillOverride(database, stateId, options);
  return stateId;
}

/** Deletes an identity override, which Flagsmith does softly: state and value keep their rows. */
export async function deleteIdentityOverride(database: Database, stateId: number): Promise<void> {
  await database.write(async (transaction) => {
    await transaction.query("UPDATE features_featurestate SET deleted_at = now() WHERE id = $1", [stateId]);
    await transaction.query(
      "UPDATE features_featurestatevalue SET deleted_at = now() WHERE feature_state_id = $1",
      [stateId],
    );
  });
}

/** Removes the rows of segment overrides for good: percentages, values, states, then what tied them to a segment. */
export async function removeFeatureSegments(
  transaction: Queryable,
  featureSegmentIds: readonly number[],
): Promise<void> {
  const states = numbersOf(
    await transaction.query("SELECT id FROM features_featurestate WHERE feature_segment_id = ANY($1)", [
      featureSegmentIds,
    ]),
  );
  await transaction.query("DELETE FROM features_featuresegment WHERE id = ANY($1)", [featureSegmentIds]);
  await transaction.query("DELETE FROM features_featurestatevalue WHERE feature_state_id = ANY($1)", [
    states,
  ]);
  await transaction.query(
    "DELETE FROM multivariate_multivariatefeaturestatevalue WHERE feature_state_id = ANY($1)",
    [states],
  );
  await transaction.query("DELETE FROM features_featurestate WHERE id = ANY($1)", [states]);
}

/** Deletes a segment override under v1 for good, and closes the gap in the priorities; one transaction. */
export async function deleteSegmentOverride(database: Database, featureSegmentId: number): Promise<void> {
  await database.write(async (transaction) => {
    const [row] = await transaction.query(
      "SELECT environment_id, feature_id, priority FROM features_featuresegment WHERE id = $1",
      [featureSegmentId],
    );
    await removeFeatureSegments(transaction, [featureSegmentId]);
    await transaction.query(
      `UPDATE features_featuresegment SET priority = priority - 1
       WHERE environment_id = $1 AND feature_id = $2 AND priority > $3 AND environment_feature_version_id IS NULL`,
      ["environment_id", "feature_id", "priority"].map((name) => memberOf(row, name)),
    );
  });
}

/** New priorities of segment overrides, in the order given: one UPDATE, and one transaction, per step. */
export async function reorderSegmentOverrides(
  database: Queryable,
  featureSegmentIds: readonly number[],
): Promise<void> {
  for (const [priority, id] of featureSegmentIds.entries()) {
    await database.query("UPDATE features_featuresegment SET priority = $2 WHERE id = $1", [id, priority]);
  }
}
