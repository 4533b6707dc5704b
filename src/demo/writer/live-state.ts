import type { Queryable } from "../../postgres/connection/database.ts";
import { memberOf, numbersOf } from "./read-rows.ts";

/** Names one state: the default of a feature in an environment, or one of its overrides. */
export interface StatePlace {
  readonly environmentId: number;
  readonly featureId: number;
  readonly segmentId?: number;
  readonly identityId?: number;
}

/** The version of a feature that is live now under v2, or undefined. */
export async function liveVersion(
  database: Queryable,
  place: { readonly environmentId: number; readonly featureId: number },
): Promise<string | undefined> {
  const rows = await database.query(
    `SELECT uuid FROM feature_versioning_environmentfeatureversion
     WHERE environment_id = $1 AND feature_id = $2 AND deleted_at IS NULL AND published_at IS NOT NULL
       AND live_from <= now()
     ORDER BY live_from DESC, created_at DESC, uuid LIMIT 1`,
    [place.environmentId, place.featureId],
  );
  const uuid = memberOf(rows[0], "uuid");
  return typeof uuid === "string" ? uuid : undefined;
}

/** True if the environment keeps its states in versions (v2). */
export async function isVersioned(database: Queryable, environmentId: number): Promise<boolean> {
  const [row] = await database.query(
    "SELECT use_v2_feature_versioning FROM environments_environment WHERE id = $1",
    [environmentId],
  );
  return memberOf(row, "use_v2_feature_versioning") === true;
}

/** The id of the state that is live now, under v1 or v2 (facts: flagsmith.md, 1), or undefined. */
export async function liveState(database: Queryable, place: StatePlace): Promise<number | undefined> {
  const versioned = await isVersioned(database, place.environmentId);
  const inVersion = versioned && place.identityId === undefined;
  const version = inVersion ? await liveVersion(database, place) : undefined;
  const rows = await database.query(
    `SELECT state.id FROM features_featurestate state
     LEFT JOIN features_featuresegment target ON target.id = state.feature_segment_id
     WHERE state.environment_id = $1 AND state.feature_id = $2 AND state.deleted_at IS NULL
       AND target.segment_id IS NOT DISTINCT FROM $3 AND state.identity_id IS NOT DISTINCT FROM $4
       AND CASE
         WHEN $5 THEN state.environment_feature_version_id = $6
         WHEN $7 THEN true
         ELSE state.version IS NOT NULL AND state.live_from <= now()
       END
     ORDER BY state.live_from DESC NULLS LAST, state.version DESC NULLS LAST, state.id DESC LIMIT 1`,
    [
      place.environmentId,
      place.featureId,
      place.segmentId ?? null,
      place.identityId ?? null,
      inVersion,
      version ?? null,
      versioned,
    ],
  );
  return numbersOf(rows)[0];
}
