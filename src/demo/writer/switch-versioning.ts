import type { Database } from "../../postgres/connection/database.ts";
import { insertFirstVersion } from "./insert-states.ts";
import { numbersOf } from "./read-rows.ts";

/** The ids of the states that are live under v1 in an environment, identities left out; of one feature or of all. */
const LIVE_V1_STATES = `
SELECT DISTINCT ON (feature_id, feature_segment_id) id FROM features_featurestate
WHERE environment_id = $1 AND ($2::integer IS NULL OR feature_id = $2) AND identity_id IS NULL AND deleted_at IS NULL
  AND version IS NOT NULL AND live_from <= now()
ORDER BY feature_id, feature_segment_id, live_from DESC, version DESC, id DESC`;

/** The ids of the states that are live under v2, identities left out. */
const LIVE_V2_STATES = `
SELECT state.id FROM features_featurestate state JOIN (
  SELECT DISTINCT ON (feature_id) uuid FROM feature_versioning_environmentfeatureversion
  WHERE environment_id = $1 AND deleted_at IS NULL AND published_at IS NOT NULL AND live_from <= now()
  ORDER BY feature_id, live_from DESC, created_at DESC
) latest ON latest.uuid = state.environment_feature_version_id
WHERE state.deleted_at IS NULL AND state.identity_id IS NULL`;

/**
 * Switches an environment to v2: per feature a published version, to which its live states and feature segments move,
 * each statement a transaction; the environment's own mark last, so that it serves the same throughout.
 */
export async function enableV2Versioning(database: Database, environmentId: number): Promise<void> {
  const features = await database.query(
    `SELECT id FROM features_feature WHERE deleted_at IS NULL AND project_id =
       (SELECT project_id FROM environments_environment WHERE id = $1) ORDER BY id`,
    [environmentId],
  );
  for (const featureId of numbersOf(features)) {
    const states = numbersOf(await database.query(LIVE_V1_STATES, [environmentId, featureId]));
    const version = await insertFirstVersion(database, { environmentId, featureId });
    await database.query(
      `UPDATE features_featuresegment SET environment_feature_version_id = $3
       WHERE environment_id = $1 AND feature_id = $2`,
      [environmentId, featureId, version],
    );
    await database.query(
      "UPDATE features_featurestate SET environment_feature_version_id = $2 WHERE id = ANY($1)",
      [states, version],
    );
  }
  await database.query(
    "UPDATE environments_environment SET use_v2_feature_versioning = true, updated_at = now() WHERE id = $1",
    [environmentId],
  );
}

/**
 * Switches an environment back to v1, in the order that leaves it without any live flag for a while: old states
 * deleted, survivors taken out of their versions, versions deleted, and the environment's own mark last.
 */
export async function disableV2Versioning(database: Database, environmentId: number): Promise<void> {
  const live = numbersOf(await database.query(LIVE_V2_STATES, [environmentId]));
  const rows = await database.query(
    `SELECT id FROM features_featurestate
     WHERE environment_id = $1 AND identity_id IS NULL AND deleted_at IS NULL AND NOT id = ANY($2) ORDER BY id`,
    [environmentId, live],
  );
  for (const stateId of numbersOf(rows)) {
    await database.query("UPDATE features_featurestate SET deleted_at = now() WHERE id = $1", [stateId]);
  }
  await database.query(
    `UPDATE features_featurestate SET version = 1, live_from = now(), environment_feature_version_id = NULL
     WHERE id = ANY($1)`,
    [live],
  );
  await database.query(
    `UPDATE features_featuresegment SET environment_feature_version_id = NULL WHERE id IN
       (SELECT feature_segment_id FROM features_featurestate WHERE id = ANY($1))`,
    [live],
  );
  await database.query(
    `UPDATE feature_versioning_environmentfeatureversion SET deleted_at = now()
     WHERE environment_id = $1 AND deleted_at IS NULL`,
    [environmentId],
  );
  await database.query(
    "UPDATE environments_environment SET use_v2_feature_versioning = false, updated_at = now() WHERE id = $1",
    [environmentId],
  );
}
