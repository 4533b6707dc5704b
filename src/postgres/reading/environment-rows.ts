import { z } from "zod";
import type { Allocation, MultivariateOption } from "../../model/environment.ts";
import type { Queryable } from "../connection/database.ts";
import type { FlagsmithColumns } from "../schema/flagsmith-columns.ts";
import { ALL_LIVE_FEATURES, decodeValue, type LiveStateRow, typedValueRow } from "./live-states.ts";
import { idIn, type UnreadableRows } from "./unreadable-rows.ts";

/** An environment's own row with its project's, and the place of the reading in the order of all readings. */
export const environmentRow = z.object({
  name: z.string(),
  api_key: z.string(),
  v2: z.boolean(),
  updated_at: z.date(),
  project_id: z.number(),
  project_name: z.string(),
  now: z.date(),
  position: z.array(z.string()),
});

/**
 * Reads {@link environmentRow}; $1 is the environment. Nothing above it may be soft-deleted. It settles the moment of the
 * reading for the queries sent with it (live-states.ts): right after the snapshot was taken, since the later of two
 * readings must not be the one that goes by the earlier time.
 */
export const ENVIRONMENT_SQL = `SELECT coalesce(e.name, '') AS name, coalesce(e.api_key, '') AS api_key,
       coalesce(e.use_v2_feature_versioning, false) AS v2,
       least(greatest(e.updated_at, 'epoch'), clock_timestamp()) AS updated_at,
       p.id AS project_id, coalesce(p.name, '') AS project_name, moment.at AS now,
       set_config('flagd_sync.moment', moment.at::text, true),
       ARRAY[txid_snapshot_xmax(x.s), txid_snapshot_xmin(x.s),
             -(SELECT count(*) FROM txid_snapshot_xip(x.s)),
             extract(epoch FROM moment.at) * 1000000]::bigint[]::text[] AS position
  FROM (SELECT txid_current_snapshot() AS s) AS x
  CROSS JOIN (SELECT clock_timestamp() AS at) AS moment
  CROSS JOIN environments_environment e
  JOIN projects_project p ON p.id = e.project_id AND p.deleted_at IS NULL
  JOIN organisations_organisation o ON o.id = p.organisation_id AND o.deleted_at IS NULL
 WHERE e.id = $1 AND e.deleted_at IS NULL`;

/** A live feature. Archived ones are served like all others (facts/flagsmith.md, section 1). */
export const featureRow = z.object({
  id: z.number(),
  name: z.string(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
});

/** Reads {@link featureRow}s; $1 is the environment, $2 the features wanted or NULL for all. */
export const FEATURES_SQL = `SELECT f.id, f.name, f.description,
       ARRAY(SELECT t.label FROM features_feature_tags ft JOIN tags_tag t ON t.id = ft.tag_id
              WHERE ft.feature_id = f.id AND t.label IS NOT NULL ORDER BY t.label COLLATE "C")::text[] AS tags
  FROM features_feature f
 WHERE f.project_id = (SELECT e.project_id FROM environments_environment e WHERE e.id = $1)
   AND f.deleted_at IS NULL AND ($2::integer[] IS NULL OR f.id = ANY ($2))
 ORDER BY f.id`;

/** Which features of an environment ($1) have an override for one of the segments ($2), live or not. */
export const FEATURES_OF_SEGMENTS_SQL = `SELECT DISTINCT feature_id AS id FROM features_featuresegment
 WHERE environment_id = $1 AND segment_id = ANY ($2)`;

const allocationRow = z.object({
  feature_state_id: z.number(),
  multivariate_feature_option_id: z.number(),
  percentage_allocation: z.number(),
});

const ALLOCATIONS_SQL = `SELECT id, feature_state_id, multivariate_feature_option_id, percentage_allocation
  FROM multivariate_multivariatefeaturestatevalue WHERE feature_state_id = ANY ($1) ORDER BY id`;

const optionRow = typedValueRow.extend({
  id: z.number(),
  feature_id: z.number(),
  key: z.string().nullable(),
});

/** Options of the features ($1) or, with none named, of all live ones of the environment ($1). */
export function optionsSql(columns: FlagsmithColumns, wanted: "all" | "some"): string {
  return `SELECT id, feature_id, ${columns.optionKey ? "key" : "NULL AS key"}, type AS value_type,
       boolean_value, integer_value, string_value
  FROM multivariate_multivariatefeatureoption WHERE feature_id ${wanted === "all" ? ALL_LIVE_FEATURES : "= ANY ($1)"}
 ORDER BY id`;
}

/** Adds an item to the list under a key. */
export function append<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** The options of multivariate features, by feature, from rows of {@link optionsSql}. */
export function decodeOptions(
  optionRows: readonly unknown[],
  unreadable: UnreadableRows,
): ReadonlyMap<number, MultivariateOption[]> {
  const rows = unreadable.decode(optionRows, {
    table: "multivariate_multivariatefeatureoption",
    schema: optionRow,
    ownerOf: (row) => ({ featureId: idIn(row, "feature_id") }),
  });
  const options = new Map<number, MultivariateOption[]>();
  for (const row of rows) {
    append(options, row.feature_id, { id: row.id, key: row.key, value: decodeValue(row) });
  }
  return options;
}

/**
 * The allocations of feature states, by state, in the order in which Flagsmith lays its buckets. They say nothing where a
 * feature has no options, so give states of features that have some; without any there is no query.
 */
export async function readAllocations(
  snapshot: Queryable,
  states: readonly LiveStateRow[],
  unreadable: UnreadableRows,
): Promise<ReadonlyMap<number, Allocation[]>> {
  if (states.length === 0) return new Map();
  const featureOf = new Map(states.map((state) => [state.id, state.feature_id]));
  const rows = unreadable.decode(await snapshot.query(ALLOCATIONS_SQL, [[...featureOf.keys()]]), {
    table: "multivariate_multivariatefeaturestatevalue",
    schema: allocationRow,
    ownerOf: (row) => ({ featureId: featureOf.get(idIn(row, "feature_state_id") ?? 0) }),
  });
  const allocations = new Map<number, Allocation[]>();
  for (const row of rows) {
    append(allocations, row.feature_state_id, {
      optionId: row.multivariate_feature_option_id,
      percentage: row.percentage_allocation,
    });
  }
  return allocations;
}
