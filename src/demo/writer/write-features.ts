import type { Database, Queryable } from "../../postgres/connection/database.ts";
import type { FlagValue } from "./flag-value.ts";
import { insertFeatureStates } from "./insert-states.ts";
import { memberOf, numberOf, numbersOf } from "./read-rows.ts";
import { touchEnvironments } from "./write-places.ts";

/** A feature to create, with what its first states hold. */
export interface FeatureOptions {
  readonly projectId: number;
  readonly name: string;
  readonly enabled?: boolean;
  readonly value?: FlagValue;
  readonly description?: string;
  readonly tagIds?: readonly number[];
  readonly isServerKeyOnly?: boolean;
}

/** A feature, and a state and value in each environment of the project, in one transaction. Returns its id. */
export async function createFeature(database: Database, options: FeatureOptions): Promise<number> {
  const { projectId, value = null } = options;
  const featureId = await database.write(async (transaction) => {
    const id = numberOf(
      await transaction.query(
        `INSERT INTO features_feature (name, created_date, initial_value, description, project_id, default_enabled,
           type, is_archived, uuid, is_server_key_only)
         VALUES ($1, now(), $2, $3, $4, $5, 'STANDARD', false, gen_random_uuid(), $6) RETURNING id`,
        [
          options.name,
          value === null ? null : String(value),
          options.description ?? null,
          projectId,
          options.enabled ?? false,
          options.isServerKeyOnly ?? false,
        ],
      ),
    );
    const environments = await transaction.query(
      "SELECT id FROM environments_environment WHERE project_id = $1 AND deleted_at IS NULL ORDER BY id",
      [projectId],
    );
    for (const environmentId of numbersOf(environments)) {
      await insertFeatureStates(transaction, { featureId: id, environmentId });
    }
    for (const tagId of options.tagIds ?? []) {
      await transaction.query("INSERT INTO features_feature_tags (feature_id, tag_id) VALUES ($1, $2)", [
        id,
        tagId,
      ]);
    }
    return id;
  });
  await touchEnvironments(database, { projectId });
  return featureId;
}

/** A tag of a project. Returns its id. */
export async function createTag(
  database: Queryable,
  options: { readonly projectId: number; readonly label: string; readonly color?: string },
): Promise<number> {
  return numberOf(
    await database.query(
      `INSERT INTO tags_tag (label, color, project_id, uuid, is_permanent, is_system_tag, type)
       VALUES ($1, $2, $3, gen_random_uuid(), false, false, 'NONE') RETURNING id`,
      [options.label, options.color ?? "#3D4DB6", options.projectId],
    ),
  );
}

/** Renames a feature. That row only. */
export async function renameFeature(database: Queryable, featureId: number, name: string): Promise<void> {
  await database.query("UPDATE features_feature SET name = $2 WHERE id = $1", [featureId, name]);
}

/** Archives a feature or takes it back: it is served like all others (facts: flagsmith.md, 1). */
export async function setFeatureArchived(
  database: Queryable,
  featureId: number,
  archived: boolean,
): Promise<void> {
  await database.query("UPDATE features_feature SET is_archived = $2 WHERE id = $1", [featureId, archived]);
}

/** Soft-deletes a feature: the feature first, then each of its states, values and versions in steps of their own. */
export async function deleteFeature(database: Queryable, featureId: number): Promise<void> {
  const [feature] = await database.query(
    "UPDATE features_feature SET deleted_at = now() WHERE id = $1 RETURNING project_id",
    [featureId],
  );
  const states = await database.query(
    "SELECT id FROM features_featurestate WHERE feature_id = $1 AND deleted_at IS NULL ORDER BY id",
    [featureId],
  );
  for (const stateId of numbersOf(states)) {
    await database.query("UPDATE features_featurestate SET deleted_at = now() WHERE id = $1", [stateId]);
    await database.query(
      "UPDATE features_featurestatevalue SET deleted_at = now() WHERE feature_state_id = $1",
      [stateId],
    );
  }
  const versions = await database.query(
    `SELECT uuid FROM feature_versioning_environmentfeatureversion
     WHERE feature_id = $1 AND deleted_at IS NULL ORDER BY created_at`,
    [featureId],
  );
  for (const version of versions) {
    await database.query(
      "UPDATE feature_versioning_environmentfeatureversion SET deleted_at = now() WHERE uuid = $1",
      [memberOf(version, "uuid")],
    );
  }
  const projectId = memberOf(feature, "project_id");
  if (typeof projectId === "number") await touchEnvironments(database, { projectId });
}
