import type { Database, Queryable } from "../../postgres/connection/database.ts";
import { type FlagValue, storedValue } from "./flag-value.ts";
import { insertAllocation } from "./insert-states.ts";
import { memberOf, numberOf, numbersOf } from "./read-rows.ts";

/** A multivariate option to create. */
export interface OptionOptions {
  readonly featureId: number;
  readonly value: FlagValue;
  /** What each environment's default gets, 0 to 100. Overrides get nothing. */
  readonly percentage: number;
  /** The slug that Flagsmith shows for the option. */
  readonly key?: string;
}

/** An option, and its share in every environment's default state, in one transaction. Returns its id. */
export async function createOption(database: Database, options: OptionOptions): Promise<number> {
  const { featureId, percentage } = options;
  const stored = storedValue(options.value);
  return await database.write(async (transaction) => {
    const optionId = numberOf(
      await transaction.query(
        `INSERT INTO multivariate_multivariatefeatureoption (feature_id, type, boolean_value, integer_value,
           string_value, default_percentage_allocation, key, uuid)
         VALUES ($1, $2, $3, $4, $5, $6, $7, gen_random_uuid()) RETURNING id`,
        [
          featureId,
          stored.type,
          stored.boolean,
          stored.integer,
          stored.text,
          percentage,
          options.key ?? null,
        ],
      ),
    );
    const states = await transaction.query(
      `SELECT id FROM features_featurestate
       WHERE feature_id = $1 AND feature_segment_id IS NULL AND identity_id IS NULL AND deleted_at IS NULL ORDER BY id`,
      [featureId],
    );
    for (const stateId of numbersOf(states)) {
      await insertAllocation(transaction, { stateId, optionId, percentage });
    }
    await transaction.query("UPDATE features_feature SET type = 'MULTIVARIATE' WHERE id = $1", [featureId]);
    return optionId;
  });
}

/** A new value of an option. That row only: no environment's `updated_at` moves. */
export async function setOptionValue(database: Queryable, optionId: number, value: FlagValue): Promise<void> {
  const stored = storedValue(value);
  await database.query(
    `UPDATE multivariate_multivariatefeatureoption
     SET type = $2, boolean_value = $3, integer_value = $4, string_value = $5 WHERE id = $1`,
    [optionId, stored.type, stored.boolean, stored.integer, stored.text],
  );
}

/** Deletes an option and its shares for good; without its last option the feature is an ordinary one again. */
export async function deleteOption(database: Database, optionId: number): Promise<void> {
  await database.write(async (transaction) => {
    await transaction.query(
      "DELETE FROM multivariate_multivariatefeaturestatevalue WHERE multivariate_feature_option_id = $1",
      [optionId],
    );
    const [option] = await transaction.query(
      "DELETE FROM multivariate_multivariatefeatureoption WHERE id = $1 RETURNING feature_id",
      [optionId],
    );
    await transaction.query(
      `UPDATE features_feature SET type = 'STANDARD' WHERE id = $1 AND NOT EXISTS
         (SELECT FROM multivariate_multivariatefeatureoption WHERE feature_id = $1)`,
      [memberOf(option, "feature_id")],
    );
  });
}
