import { z } from "zod";
import type {
  Allocation,
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  IdentityOverride,
  MultivariateOption,
  ProjectSettings,
  SegmentOverride,
} from "../model/environment.ts";
import type { Database, Queryable } from "./database.ts";
import type { FlagsmithColumns } from "./flagsmith-columns.ts";
import {
  decodeValue,
  type LiveStateRow,
  liveStateRow,
  liveStatesSql,
  nextLiveSql,
  typedValueRow,
} from "./live-states.ts";
import { readSegments } from "./read-segments.ts";

/** One environment as it was at one moment of the database, with what the pipeline needs to know of that moment. */
export interface EnvironmentReading {
  readonly snapshot: EnvironmentSnapshot;
  /** Epoch milliseconds of the read, by the database's clock. */
  readonly readAtMs: number;
  /** Orders reads: compared member by member it only ever grows (000001_settings_and_revisions.sql). */
  readonly position: readonly string[];
  /**
   * When the clock alone changes this environment next, epoch milliseconds, rounded up: rows have microseconds, and a
   * reading made too early would see nothing. `null`: never.
   */
  readonly nextLiveAtMs: number | null;
  /** The latest time in the rows that were read: the version to fall back on where none can be recorded. */
  readonly rowsChangedAtMs: number;
  /** Live features of the project without any environment state here: an impossible state that passes. */
  readonly featuresWithoutState: readonly number[];
}

/** What to read, and as of when. */
export interface ReadEnvironmentOptions {
  readonly environmentId: number;
  readonly columns: FlagsmithColumns;
  readonly settings: ProjectSettings;
  /** Read as of this moment instead of now: for comparisons with recorded answers. */
  readonly asOf?: Date;
}

const environmentRow = z.object({
  name: z.string(),
  api_key: z.string(),
  v2: z.boolean(),
  updated_at: z.date(),
  project_id: z.number(),
  project_name: z.string(),
  now: z.date(),
  position: z.array(z.string()),
});

const ENVIRONMENT_SQL = `SELECT e.name, e.api_key, e.use_v2_feature_versioning AS v2, e.updated_at,
       p.id AS project_id, p.name AS project_name, clock_timestamp() AS now,
       ARRAY[txid_snapshot_xmax(x.s), txid_snapshot_xmin(x.s),
             -(SELECT count(*) FROM txid_snapshot_xip(x.s))]::bigint[]::text[] AS position
  FROM (SELECT txid_current_snapshot() AS s) AS x
  CROSS JOIN environments_environment e
  JOIN projects_project p ON p.id = e.project_id AND p.deleted_at IS NULL
  JOIN organisations_organisation o ON o.id = p.organisation_id AND o.deleted_at IS NULL
 WHERE e.id = $1 AND e.deleted_at IS NULL`;

const featureRow = z.object({
  id: z.number(),
  name: z.string(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
});

const FEATURES_SQL = `SELECT f.id, f.name, f.description,
       ARRAY(SELECT t.label FROM features_feature_tags ft JOIN tags_tag t ON t.id = ft.tag_id
              WHERE ft.feature_id = f.id ORDER BY t.label COLLATE "C")::text[] AS tags
  FROM features_feature f WHERE f.project_id = $1 AND f.deleted_at IS NULL ORDER BY f.id`;

const allocationRow = z.object({
  feature_state_id: z.number(),
  multivariate_feature_option_id: z.number(),
  percentage_allocation: z.number(),
});

const ALLOCATIONS_SQL = `SELECT feature_state_id, multivariate_feature_option_id, percentage_allocation
  FROM multivariate_multivariatefeaturestatevalue WHERE feature_state_id = ANY ($1) ORDER BY id`;

const optionRow = typedValueRow.extend({
  id: z.number(),
  feature_id: z.number(),
  key: z.string().nullable(),
});

function optionsSql(columns: FlagsmithColumns): string {
  return `SELECT id, feature_id, ${columns.optionKey ? "key" : "NULL AS key"}, type AS value_type,
       boolean_value, integer_value, string_value
  FROM multivariate_multivariatefeatureoption WHERE feature_id = ANY ($1) ORDER BY id`;
}

const nextLiveRow = z.object({ next_live_at: z.date().nullable() });

function append<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

interface Overrides {
  readonly environmentStates: Map<number, FeatureState>;
  readonly segmentOverrides: Map<number, SegmentOverride[]>;
  readonly identityOverrides: Map<number, IdentityOverride[]>;
}

/** Sorts live states into the three kinds; rows come in id order, so that of two defaults the higher id stays. */
function sortStates(
  rows: readonly LiveStateRow[],
  allocations: ReadonlyMap<number, Allocation[]>,
): Overrides {
  const sorted: Overrides = {
    environmentStates: new Map(),
    segmentOverrides: new Map(),
    identityOverrides: new Map(),
  };
  for (const row of rows) {
    const state: FeatureState = {
      id: row.id,
      enabled: row.enabled,
      value: decodeValue(row),
      allocations: allocations.get(row.id) ?? [],
    };
    if (row.identity_id !== null) {
      if (row.identifier !== null) {
        append(sorted.identityOverrides, row.feature_id, { identifier: row.identifier, state });
      }
    } else if (row.feature_segment_id !== null) {
      if (row.segment_id !== null) {
        append(sorted.segmentOverrides, row.feature_id, {
          segmentId: row.segment_id,
          priority: row.priority ?? 0,
          state,
        });
      }
    } else {
      sorted.environmentStates.set(row.feature_id, state);
    }
  }
  return sorted;
}

async function readOptions(
  snapshot: Queryable,
  columns: FlagsmithColumns,
  featureIds: readonly number[],
): Promise<ReadonlyMap<number, MultivariateOption[]>> {
  const rows = z.array(optionRow).parse(await snapshot.query(optionsSql(columns), [featureIds]));
  const options = new Map<number, MultivariateOption[]>();
  for (const row of rows)
    append(options, row.feature_id, { id: row.id, key: row.key, value: decodeValue(row) });
  return options;
}

async function readAllocations(
  snapshot: Queryable,
  stateIds: readonly number[],
): Promise<ReadonlyMap<number, Allocation[]>> {
  const rows = z.array(allocationRow).parse(await snapshot.query(ALLOCATIONS_SQL, [stateIds]));
  const allocations = new Map<number, Allocation[]>();
  for (const row of rows) {
    append(allocations, row.feature_state_id, {
      optionId: row.multivariate_feature_option_id,
      percentage: row.percentage_allocation,
    });
  }
  return allocations;
}

/**
 * Reads one environment at one moment: nine queries, ten where a cohort is used, in one repeatable-read, read-only transaction, whatever the
 * size. `undefined`: there is no such live environment.
 */
export function readEnvironment(
  database: Database,
  options: ReadEnvironmentOptions,
): Promise<EnvironmentReading | undefined> {
  return database.readSnapshot(async (snapshot) => {
    const [environment] = z
      .array(environmentRow)
      .parse(await snapshot.query(ENVIRONMENT_SQL, [options.environmentId]));
    if (environment === undefined) return undefined;
    const moment = [options.environmentId, options.asOf ?? environment.now];
    const featureRows = z
      .array(featureRow)
      .parse(await snapshot.query(FEATURES_SQL, [environment.project_id]));
    const states = z.array(liveStateRow).parse(await snapshot.query(liveStatesSql(environment.v2), moment));
    const allocations = await readAllocations(
      snapshot,
      states.map((row) => row.id),
    );
    const optionsOf = await readOptions(
      snapshot,
      options.columns,
      featureRows.map((row) => row.id),
    );
    const segmentIds = [...new Set(states.flatMap((row) => row.segment_id ?? []))];
    const segments = await readSegments(snapshot, { ...options, segmentIds });
    const [nextLive] = z.array(nextLiveRow).parse(await snapshot.query(nextLiveSql(environment.v2), moment));

    const { environmentStates, segmentOverrides, identityOverrides } = sortStates(states, allocations);
    const features = featureRows.flatMap((row): Feature[] => {
      const environmentState = environmentStates.get(row.id);
      if (environmentState === undefined) return [];
      return [
        {
          id: row.id,
          name: row.name,
          description: row.description,
          tags: row.tags,
          options: optionsOf.get(row.id) ?? [],
          environmentState,
          segmentOverrides: (segmentOverrides.get(row.id) ?? []).filter((override) =>
            segments.has(override.segmentId),
          ),
          identityOverrides: identityOverrides.get(row.id) ?? [],
        },
      ];
    });
    return {
      readAtMs: environment.now.getTime(),
      position: environment.position,
      nextLiveAtMs: nextLive?.next_live_at ? nextLive.next_live_at.getTime() + 1 : null,
      rowsChangedAtMs: Math.max(
        environment.updated_at.getTime(),
        ...states.map((row) => row.changed_at.getTime()),
      ),
      featuresWithoutState: featureRows.filter((row) => !environmentStates.has(row.id)).map((row) => row.id),
      snapshot: {
        environmentId: options.environmentId,
        environmentName: environment.name,
        environmentKey: environment.api_key,
        projectId: environment.project_id,
        projectName: environment.project_name,
        settings: options.settings,
        features,
        segments,
      },
    };
  });
}
