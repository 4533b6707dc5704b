import type { Database, Queryable } from "../../postgres/connection/database.ts";
import { numbersOf } from "./read-rows.ts";
import { deleteFeature } from "./write-features.ts";
import { deleteSegment } from "./write-segments.ts";

/** Stops (or resumes) serving of an organisation's flags. That row only: no environment's `updated_at` moves. */
export async function setOrganisationStopped(
  database: Queryable,
  organisationId: number,
  stopped: boolean,
): Promise<void> {
  await database.query("UPDATE organisations_organisation SET stop_serving_flags = $2 WHERE id = $1", [
    organisationId,
    stopped,
  ]);
}

/** Renames a project. That row only. */
export async function renameProject(database: Queryable, projectId: number, name: string): Promise<void> {
  await database.query("UPDATE projects_project SET name = $2 WHERE id = $1", [projectId, name]);
}

/** Renames an environment, which is an audited change of that environment. */
export async function renameEnvironment(
  database: Queryable,
  environmentId: number,
  name: string,
): Promise<void> {
  await database.query("UPDATE environments_environment SET name = $2, updated_at = now() WHERE id = $1", [
    environmentId,
    name,
  ]);
}

/** Soft-deletes an environment and what it holds, all in one transaction. */
export async function deleteEnvironment(database: Database, environmentId: number): Promise<void> {
  await database.write(async (transaction) => {
    const inEnvironment = [environmentId];
    await transaction.query(
      `UPDATE features_featurestatevalue SET deleted_at = now() WHERE deleted_at IS NULL AND feature_state_id IN
         (SELECT id FROM features_featurestate WHERE environment_id = $1)`,
      inEnvironment,
    );
    await transaction.query(
      "UPDATE features_featurestate SET deleted_at = now() WHERE environment_id = $1 AND deleted_at IS NULL",
      inEnvironment,
    );
    await transaction.query(
      `UPDATE feature_versioning_environmentfeatureversion SET deleted_at = now()
       WHERE environment_id = $1 AND deleted_at IS NULL`,
      inEnvironment,
    );
    await transaction.query(
      "UPDATE environments_environment SET deleted_at = now() WHERE id = $1",
      inEnvironment,
    );
  });
}

async function idsOf(
  database: Queryable,
  table: "environments_environment" | "segments_segment" | "features_feature",
  projectId: number,
): Promise<readonly number[]> {
  return numbersOf(
    await database.query(`SELECT id FROM ${table} WHERE project_id = $1 AND deleted_at IS NULL ORDER BY id`, [
      projectId,
    ]),
  );
}

/** Soft-deletes a project: the project first, then its environments, segments and features one by one. */
export async function deleteProject(database: Database, projectId: number): Promise<void> {
  await database.query("UPDATE projects_project SET deleted_at = now() WHERE id = $1", [projectId]);
  for (const id of await idsOf(database, "environments_environment", projectId)) {
    await deleteEnvironment(database, id);
  }
  for (const id of await idsOf(database, "segments_segment", projectId)) await deleteSegment(database, id);
  for (const id of await idsOf(database, "features_feature", projectId)) await deleteFeature(database, id);
}
