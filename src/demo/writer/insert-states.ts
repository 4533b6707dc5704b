import type { Queryable } from "../../postgres/connection/database.ts";
import { type FlagValue, storedValue, typedValue } from "./flag-value.ts";
import { memberOf, numberOf, numbersOf, textOf } from "./read-rows.ts";

/** A feature state to insert: an environment's default, or, with one of the ids, an override. */
export interface NewState {
  readonly featureId: number;
  readonly environmentId: number;
  readonly enabled: boolean;
  readonly value: FlagValue;
  readonly featureSegmentId?: number;
  readonly identityId?: number;
  /** The v2 version that the state belongs to. */
  readonly versionUuid?: string;
  /** Null: not committed. */
  readonly version: number | null;
  /** Milliseconds from the database's now; null: no `live_from`, as in v2. */
  readonly liveInMs: number | null;
}

/** Inserts a value row. Part of every new state. */
async function insertValue(transaction: Queryable, featureStateId: number, value: FlagValue): Promise<void> {
  const stored = storedValue(value);
  await transaction.query(
    `INSERT INTO features_featurestatevalue
       (feature_state_id, type, boolean_value, integer_value, string_value, uuid)
     VALUES ($1, $2, $3, $4, $5, gen_random_uuid())`,
    [featureStateId, stored.type, stored.boolean, stored.integer, stored.text],
  );
}

/** Inserts a state and its value; both in the caller's transaction. Returns the state's id. */
export async function insertState(transaction: Queryable, state: NewState): Promise<number> {
  const id = numberOf(
    await transaction.query(
      `INSERT INTO features_featurestate (feature_id, environment_id, enabled, feature_segment_id, identity_id,
         environment_feature_version_id, version, live_from, created_at, updated_at, uuid)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 millisecond', now(), now(), gen_random_uuid())
       RETURNING id`,
      [
        state.featureId,
        state.environmentId,
        state.enabled,
        state.featureSegmentId ?? null,
        state.identityId ?? null,
        state.versionUuid ?? null,
        state.version,
        state.liveInMs,
      ],
    ),
  );
  await insertValue(transaction, id, state.value);
  return id;
}

/** A feature's first value: what its states are created with, never what is served later. */
export async function initialStateOf(
  database: Queryable,
  featureId: number,
): Promise<{ readonly enabled: boolean; readonly value: FlagValue }> {
  const [row] = await database.query(
    "SELECT default_enabled, initial_value FROM features_feature WHERE id = $1",
    [featureId],
  );
  const text = memberOf(row, "initial_value");
  return {
    enabled: memberOf(row, "default_enabled") === true,
    value: typeof text === "string" ? typedValue(text) : null,
  };
}

/**
 * A feature's first state in one environment: under v2 with a published version of its own, and for a multivariate
 * feature with the options' default percentages. In the caller's transaction.
 */
export async function insertFeatureStates(
  transaction: Queryable,
  place: { readonly featureId: number; readonly environmentId: number },
): Promise<void> {
  const initial = await initialStateOf(transaction, place.featureId);
  const [environment] = await transaction.query(
    "SELECT use_v2_feature_versioning FROM environments_environment WHERE id = $1",
    [place.environmentId],
  );
  const versioned = memberOf(environment, "use_v2_feature_versioning") === true;
  const version = versioned ? { versionUuid: await insertFirstVersion(transaction, place) } : {};
  const stateId = await insertState(transaction, {
    ...place,
    ...initial,
    ...version,
    version: 1,
    liveInMs: 0,
  });
  const options = await transaction.query(
    `SELECT id, default_percentage_allocation AS percentage FROM multivariate_multivariatefeatureoption
     WHERE feature_id = $1 ORDER BY id`,
    [place.featureId],
  );
  const percentages = numbersOf(options, "percentage");
  for (const [index, optionId] of numbersOf(options).entries()) {
    await insertAllocation(transaction, { stateId, optionId, percentage: percentages[index] ?? 0 });
  }
}

/** A version that is live at once, without anything in it yet. Returns its uuid. */
export async function insertFirstVersion(
  transaction: Queryable,
  place: { readonly featureId: number; readonly environmentId: number },
): Promise<string> {
  return textOf(
    await transaction.query(
      `INSERT INTO feature_versioning_environmentfeatureversion
         (uuid, environment_id, feature_id, created_at, updated_at, published_at, live_from)
       VALUES (gen_random_uuid(), $1, $2, now(), now(), now(), now()) RETURNING uuid`,
      [place.environmentId, place.featureId],
    ),
    "uuid",
  );
}

/** How much of a state an option gets. Returns the id of the row, whose order is that of the buckets. */
export async function insertAllocation(
  transaction: Queryable,
  allocation: { readonly stateId: number; readonly optionId: number; readonly percentage: number },
): Promise<number> {
  return numberOf(
    await transaction.query(
      `INSERT INTO multivariate_multivariatefeaturestatevalue
         (feature_state_id, multivariate_feature_option_id, percentage_allocation, uuid)
       VALUES ($1, $2, $3, gen_random_uuid()) RETURNING id`,
      [allocation.stateId, allocation.optionId, allocation.percentage],
    ),
  );
}
