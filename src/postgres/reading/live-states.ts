import { z } from "zod";
import type { FlagValue } from "../../model/environment.ts";

/**
 * Which feature states are live, as one set-based query per kind of versioning (facts/flagsmith.md, section 1).
 * Parameters: $1 environment, $2 the moment, or NULL for the one that ENVIRONMENT_SQL settled, $3 the features if not all
 * are wanted. One row per (feature, segment override, identity), its value joined.
 */

/** Empty where there is no such environment. */
const AT =
  "coalesce($2::timestamptz, (SELECT nullif(current_setting('flagd_sync.moment', true), '')::timestamptz))";

/** What a feature's id is compared with where all live ones of the environment ($1) are wanted. */
export const ALL_LIVE_FEATURES = `IN (SELECT f.id FROM features_feature f JOIN environments_environment e ON e.project_id = f.project_id
                  WHERE e.id = $1 AND f.deleted_at IS NULL)`;

const VALUE_COLUMNS = `v.type AS value_type, v.boolean_value, v.integer_value, v.string_value`;
const VALUE_JOIN = `LEFT JOIN features_featurestatevalue v ON v.feature_state_id = s.id AND v.deleted_at IS NULL`;
const OVERRIDE_COLUMNS = `g.segment_id, g.priority, i.identifier`;

/** Times are kept within what this program can hold: Postgres knows infinity, and years that JavaScript does not. */
const LIVE_COLUMNS = `s.id, s.feature_id, s.enabled, s.feature_segment_id, s.identity_id,
       least(greatest(s.updated_at, s.live_from, 'epoch'), ${AT}) AS changed_at`;

/** Beyond this a \`live_from\` means never. */
const END_OF_TIME = "'9999-12-31'";

const candidatesV1 = (
  features: string,
): string => `SELECT DISTINCT ON (s.feature_id, s.feature_segment_id, s.identity_id) ${LIVE_COLUMNS}
  FROM features_featurestate s
 WHERE s.environment_id = $1 AND s.deleted_at IS NULL AND s.version IS NOT NULL AND s.live_from <= ${AT}
   AND s.feature_id ${features}
 ORDER BY s.feature_id, s.feature_segment_id, s.identity_id, s.live_from DESC, s.version DESC, s.id DESC`;

const candidatesV2 = (
  features: string,
): string => `SELECT DISTINCT ON (s.feature_id, g.segment_id) ${LIVE_COLUMNS}
  FROM (
    SELECT DISTINCT ON (feature_id) uuid, live_from
      FROM feature_versioning_environmentfeatureversion
     WHERE environment_id = $1 AND deleted_at IS NULL AND published_at IS NOT NULL AND live_from <= ${AT}
       AND feature_id ${features}
     ORDER BY feature_id, live_from DESC, created_at DESC, uuid
  ) AS latest
  JOIN features_featurestate s ON s.environment_feature_version_id = latest.uuid
  LEFT JOIN features_featuresegment g ON g.id = s.feature_segment_id
 WHERE s.environment_id = $1 AND s.deleted_at IS NULL AND s.identity_id IS NULL
   AND (s.feature_segment_id IS NULL OR g.environment_feature_version_id = latest.uuid)
 ORDER BY s.feature_id, g.segment_id, s.id DESC`;

const identitiesV2 = (
  features: string,
): string => `SELECT DISTINCT ON (s.feature_id, s.identity_id) ${LIVE_COLUMNS}
  FROM features_featurestate s
 WHERE s.environment_id = $1 AND s.deleted_at IS NULL AND s.identity_id IS NOT NULL
   AND s.feature_id ${features}
 ORDER BY s.feature_id, s.identity_id, s.id DESC`;

/** The query for an environment; `v2` is its `use_v2_feature_versioning`. */
export function liveStatesSql(v2: boolean, wanted: "all" | "some"): string {
  const features = wanted === "all" ? ALL_LIVE_FEATURES : "= ANY ($3)";
  const candidates = v2
    ? `(${candidatesV2(features)}) UNION ALL (${identitiesV2(features)})`
    : candidatesV1(features);
  return `SELECT s.id, s.feature_id, s.enabled, s.feature_segment_id, s.identity_id, s.changed_at,
       ${OVERRIDE_COLUMNS}, ${VALUE_COLUMNS}
  FROM (${candidates}) AS s
  ${VALUE_JOIN}
  LEFT JOIN features_featuresegment g ON g.id = s.feature_segment_id
  LEFT JOIN environments_identity i ON i.id = s.identity_id
 ORDER BY s.id, v.id`;
}

/**
 * When the clock alone changes the environment next (facts/flagsmith.md, section 7). Parameters $1 and $2 as above.
 * Only states that could then be live count: drafts have no version, and v2 looks at versions alone.
 */
export function nextLiveSql(v2: boolean): string {
  return v2
    ? `SELECT min(live_from) AS next_live_at FROM feature_versioning_environmentfeatureversion
        WHERE environment_id = $1 AND deleted_at IS NULL AND published_at IS NOT NULL AND live_from > ${AT}
          AND live_from < ${END_OF_TIME}`
    : `SELECT min(live_from) AS next_live_at FROM features_featurestate
        WHERE environment_id = $1 AND deleted_at IS NULL AND version IS NOT NULL AND live_from > ${AT}
          AND live_from < ${END_OF_TIME}`;
}

/** Whole numbers of a column wider than Flagsmith's 32 bits come as text; beyond 2^53 they cannot be held exactly. */
const wholeNumber = z.union([z.number(), z.string().transform(Number)]).refine(Number.isSafeInteger);

/** A typed value as Flagsmith stores it: only the column that `type` names counts, the others may be stale. */
export const typedValueRow = z.object({
  value_type: z.string().nullable(),
  boolean_value: z.boolean().nullable(),
  integer_value: wholeNumber.nullable(),
  string_value: z.string().nullable(),
});

/** Reads the column that the type names (facts/flagsmith.md, section 2). */
export function decodeValue(row: z.infer<typeof typedValueRow>): FlagValue {
  if (row.value_type === "int") return row.integer_value;
  if (row.value_type === "bool") return row.boolean_value;
  return row.string_value;
}

/** A row of {@link liveStatesSql}. */
export const liveStateRow = typedValueRow.extend({
  id: z.number(),
  feature_id: z.number(),
  enabled: z.boolean(),
  feature_segment_id: z.number().nullable(),
  identity_id: z.number().nullable(),
  segment_id: z.number().nullable(),
  priority: z.number().nullable(),
  identifier: z.string().nullable(),
  changed_at: z.date(),
});

/** See {@link liveStateRow}. */
export type LiveStateRow = z.infer<typeof liveStateRow>;
