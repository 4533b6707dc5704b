import { randomUUID } from "node:crypto";
import { z } from "zod";
import { storedValue, typedValue } from "../demo/writer/flag-value.ts";
import type { Queryable } from "../postgres/connection/database.ts";
import { insertRow } from "./insert-row.ts";

const featureRows = z.array(z.object({ id: z.number(), enabled: z.boolean(), value: z.string().nullable() }));
const optionRows = z.array(z.object({ id: z.number(), percentage: z.number() }));

/** `prevent_flag_defaults`: a new environment starts with everything off and without values. */
const FEATURES_SQL = `
SELECT f.id, f.default_enabled AND NOT p.prevent_flag_defaults AS enabled,
       CASE WHEN p.prevent_flag_defaults THEN NULL ELSE f.initial_value END AS value
  FROM features_feature f JOIN projects_project p ON p.id = f.project_id
 WHERE f.project_id = $1 AND f.deleted_at IS NULL ORDER BY f.id`;

const OPTIONS_SQL = `
SELECT id, default_percentage_allocation::float8 AS percentage FROM multivariate_multivariatefeatureoption
 WHERE feature_id = $1 ORDER BY id`;

/**
 * A state of each feature of the project in a new environment, as Flagsmith's hooks make them: v1, live at once, with the
 * feature's first value and its options' default percentages.
 */
export async function insertFeatureStates(
  transaction: Queryable,
  { projectId, environmentId }: { readonly projectId: number; readonly environmentId: number },
): Promise<void> {
  for (const feature of featureRows.parse(await transaction.query(FEATURES_SQL, [projectId]))) {
    const now = new Date();
    const stateId = await insertRow(transaction, "features_featurestate", {
      feature_id: feature.id,
      environment_id: environmentId,
      enabled: feature.enabled,
      version: 1,
      live_from: now,
      created_at: now,
      updated_at: now,
      uuid: randomUUID(),
    });
    const stored = storedValue(feature.value === null ? null : typedValue(feature.value));
    await insertRow(transaction, "features_featurestatevalue", {
      feature_state_id: stateId,
      type: stored.type,
      boolean_value: stored.boolean,
      integer_value: stored.integer,
      string_value: stored.text,
      uuid: randomUUID(),
    });
    for (const option of optionRows.parse(await transaction.query(OPTIONS_SQL, [feature.id]))) {
      await insertRow(transaction, "multivariate_multivariatefeaturestatevalue", {
        feature_state_id: stateId,
        multivariate_feature_option_id: option.id,
        percentage_allocation: option.percentage,
        uuid: randomUUID(),
      });
    }
  }
}
