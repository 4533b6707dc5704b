import type { Database, Queryable } from "../../postgres/connection/database.ts";
import { type FlagValue, storedValue } from "./flag-value.ts";
import { memberOf, numberOf, numbersOf } from "./read-rows.ts";
import { touchEnvironments } from "./write-places.ts";

/** Percentages by option id, for one state. */
export type Weights = ReadonlyMap<number, number>;

/** Writes a value into its row. Part of several changes. */
export async function updateValue(database: Queryable, stateId: number, value: FlagValue): Promise<void> {
  const stored = storedValue(value);
  await database.query(
    `UPDATE features_featurestatevalue SET type = $2, boolean_value = $3, integer_value = $4, string_value = $5
     WHERE feature_state_id = $1`,
    [stateId, stored.type, stored.boolean, stored.integer, stored.text],
  );
}

async function touchState(database: Queryable, stateId: number): Promise<void> {
  const [row] = await database.query(
    "UPDATE features_featurestate SET updated_at = now() WHERE id = $1 RETURNING environment_id",
    [stateId],
  );
  const environmentId = memberOf(row, "environment_id");
  if (typeof environmentId === "number") await touchEnvironments(database, { environmentId });
}

/** A toggle under v1: one UPDATE of the state. */
export async function setStateEnabled(database: Queryable, stateId: number, enabled: boolean): Promise<void> {
  const [row] = await database.query(
    "UPDATE features_featurestate SET enabled = $2, updated_at = now() WHERE id = $1 RETURNING environment_id",
    [stateId, enabled],
  );
  const environmentId = memberOf(row, "environment_id");
  if (typeof environmentId === "number") await touchEnvironments(database, { environmentId });
}

/** A new value under v1: the value's row, then the state's `updated_at`, a transaction each. */
export async function setStateValue(database: Queryable, stateId: number, value: FlagValue): Promise<void> {
  await updateValue(database, stateId, value);
  await touchState(database, stateId);
}

/** New percentages of a state's options under v1: a transaction per row, then the state's `updated_at`. */
export async function setWeights(database: Queryable, stateId: number, weights: Weights): Promise<void> {
  for (const [optionId, percentage] of weights)
    await updateWeight(database, { stateId, optionId, percentage });
  await touchState(database, stateId);
}

/** Writes one percentage; makes the row where the state had none for that option. */
export async function updateWeight(
  database: Queryable,
  weight: { readonly stateId: number; readonly optionId: number; readonly percentage: number },
): Promise<void> {
  const parameters = [weight.stateId, weight.optionId, weight.percentage];
  const updated = await database.query(
    `UPDATE multivariate_multivariatefeaturestatevalue SET percentage_allocation = $3
     WHERE feature_state_id = $1 AND multivariate_feature_option_id = $2 RETURNING id`,
    parameters,
  );
  if (updated.length > 0) return;
  await database.query(
    `INSERT INTO multivariate_multivariatefeaturestatevalue
       (feature_state_id, multivariate_feature_option_id, percentage_allocation, uuid)
     VALUES ($1, $2, $3, gen_random_uuid())`,
    parameters,
  );
}

/** Copies the value and the percentages of a state to a new one, in the caller's transaction. */
export async function copyStateContent(
  transaction: Queryable,
  fromStateId: number,
  toStateId: number,
): Promise<void> {
  await transaction.query(
    `INSERT INTO features_featurestatevalue
       (feature_state_id, type, boolean_value, integer_value, string_value, uuid)
     SELECT $2::integer, type, boolean_value, integer_value, string_value, gen_random_uuid()
     FROM features_featurestatevalue WHERE feature_state_id = $1`,
    [fromStateId, toStateId],
  );
  await transaction.query(
    `INSERT INTO multivariate_multivariatefeaturestatevalue
       (feature_state_id, multivariate_feature_option_id, percentage_allocation, uuid)
     SELECT $2::integer, multivariate_feature_option_id, percentage_allocation, gen_random_uuid()
     FROM multivariate_multivariatefeaturestatevalue WHERE feature_state_id = $1 ORDER BY id`,
    [fromStateId, toStateId],
  );
}

/** What is to become live later under v1, and in how many milliseconds of the database's clock. */
export interface ScheduledState {
  readonly stateId: number;
  readonly delayMs: number;
  readonly enabled?: boolean;
  readonly value?: FlagValue;
}

/**
 * A change for later under v1, as a committed change request leaves it: a second state row, first as a draft (no
 * version), then committed with the next version and a `live_from` ahead. Nothing is written when it goes live.
 * Returns the id of the new state.
 */
export async function scheduleState(database: Database, change: ScheduledState): Promise<number> {
  const draftId = await database.write(async (transaction) => {
    const id = numberOf(
      await transaction.query(
        `INSERT INTO features_featurestate (feature_id, environment_id, enabled, feature_segment_id, identity_id,
           version, live_from, created_at, updated_at, uuid, mv_hashing_salt)
         SELECT feature_id, environment_id, coalesce($2, enabled), feature_segment_id, identity_id, NULL,
           now() + $3 * interval '1 millisecond', now(), now(), gen_random_uuid(), coalesce(mv_hashing_salt, id)
         FROM features_featurestate WHERE id = $1 RETURNING id`,
        [change.stateId, change.enabled ?? null, change.delayMs],
      ),
    );
    await copyStateContent(transaction, change.stateId, id);
    if (change.value !== undefined) await updateValue(transaction, id, change.value);
    return id;
  });
  const [committed] = await database.query(
    `UPDATE features_featurestate draft SET updated_at = now(), version = (
       SELECT coalesce(max(version), 0) + 1 FROM features_featurestate other
       WHERE other.feature_id = draft.feature_id AND other.environment_id = draft.environment_id
         AND other.feature_segment_id IS NOT DISTINCT FROM draft.feature_segment_id
         AND other.identity_id IS NOT DISTINCT FROM draft.identity_id AND other.deleted_at IS NULL)
     WHERE draft.id = $1 RETURNING environment_id`,
    [draftId],
  );
  for (const environmentId of numbersOf([committed], "environment_id")) {
    await touchEnvironments(database, { environmentId });
  }
  return draftId;
}
