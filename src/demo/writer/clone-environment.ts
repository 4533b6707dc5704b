import type { Database } from "../../postgres/connection/database.ts";
import { numberOf, numbersOf } from "./read-rows.ts";
import { randomKey } from "./write-places.ts";
import { copyStateContent } from "./write-states.ts";

/** The environment to clone, under v1, and what the clone is called. */
export interface CloneOptions {
  readonly environmentId: number;
  readonly name: string;
}

/** Begins a clone: an environment that says of itself that it is being created. Returns its id. */
export async function beginClone(database: Database, options: CloneOptions): Promise<number> {
  return numberOf(
    await database.query(
      `INSERT INTO environments_environment (name, created_date, api_key, project_id, webhooks_enabled,
         allow_client_traits, updated_at, use_mv_v2_evaluation, hide_sensitive_data, use_v2_feature_versioning,
         use_identity_overrides_in_local_eval, is_creating, uuid)
       SELECT $2, now(), $3, project_id, false, allow_client_traits, now(), use_mv_v2_evaluation,
         hide_sensitive_data, false, use_identity_overrides_in_local_eval, true, gen_random_uuid()
       FROM environments_environment WHERE id = $1 RETURNING id`,
      [options.environmentId, options.name, randomKey()],
    ),
  );
}

/** Copies every live default and segment override, each state, feature segment and value in steps of its own; then the clone is done. */
export async function fillClone(database: Database, fromId: number, cloneId: number): Promise<void> {
  const states = await database.query(
    `SELECT id, feature_segment_id AS segment FROM features_featurestate
     WHERE environment_id = $1 AND identity_id IS NULL AND deleted_at IS NULL AND version IS NOT NULL
       AND live_from <= now() ORDER BY id`,
    [fromId],
  );
  const segments = numbersOf(states, "segment");
  for (const [index, stateId] of numbersOf(states).entries()) {
    const [segmentId] = numbersOf(
      await database.query(
        `INSERT INTO features_featuresegment (environment_id, feature_id, segment_id, priority, enabled, uuid)
         SELECT $2::integer, feature_id, segment_id, priority, enabled, gen_random_uuid()
         FROM features_featuresegment WHERE id = $1 RETURNING id`,
        [segments[index] || null, cloneId],
      ),
    );
    const copyId = numberOf(
      await database.query(
        `INSERT INTO features_featurestate (feature_id, environment_id, enabled, feature_segment_id, version,
           live_from, created_at, updated_at, uuid, mv_hashing_salt)
         SELECT feature_id, $2::integer, enabled, $3::integer, version, now(), now(), now(), gen_random_uuid(),
           coalesce(mv_hashing_salt, id)
         FROM features_featurestate WHERE id = $1 RETURNING id`,
        [stateId, cloneId, segmentId ?? null],
      ),
    );
    await copyStateContent(database, stateId, copyId);
  }
  await database.query(
    "UPDATE environments_environment SET is_creating = false, updated_at = now() WHERE id = $1",
    [cloneId],
  );
}
