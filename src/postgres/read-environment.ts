import { z } from "zod";
import type { EnvironmentSnapshot, ProjectSettings } from "../model/environment.ts";
import { assembleFeatures } from "./assemble-features.ts";
import type { Database, Queryable } from "./database.ts";
import {
  ENVIRONMENT_SQL,
  environmentRow,
  FEATURES_OF_SEGMENTS_SQL,
  FEATURES_SQL,
  featureRow,
  readAllocations,
  readOptions,
} from "./environment-rows.ts";
import type { FlagsmithColumns } from "./flagsmith-columns.ts";
import { type LiveStateRow, liveStateRow, liveStatesSql, nextLiveSql } from "./live-states.ts";
import { readSegments } from "./read-segments.ts";
import { readFlagsmith } from "./schema-storage.ts";
import { idIn, UnreadableRows } from "./unreadable-rows.ts";

/** Features and segments of an environment. */
export interface EnvironmentPart {
  readonly features: ReadonlySet<number>;
  readonly segments: ReadonlySet<number>;
}

/** One environment as it was at one moment of the database, with what the pipeline needs to know of that moment. */
export interface EnvironmentReading {
  /** Of a part: only the features and segments of that part which are live. */
  readonly snapshot: EnvironmentSnapshot;
  /** What was read: everything, or these ids; those that are not in `snapshot` are no longer live. */
  readonly part: "everything" | EnvironmentPart;
  /** Whether the environment is under v2 versioning. */
  readonly versioned: boolean;
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
  /** Live features among those read that have no environment state here: an impossible state that passes. */
  readonly featuresWithoutState: readonly number[];
  /** Features and segments of which some row could not be read; `snapshot.unreadable` says why. */
  readonly unreadable: EnvironmentPart;
}

/** What to read, and as of when. */
export interface ReadEnvironmentOptions {
  readonly environmentId: number;
  readonly columns: FlagsmithColumns;
  readonly settings: ProjectSettings;
  /** Read only this; all the same everything is read if the environment is no longer `versioned` as it was. */
  readonly part?: EnvironmentPart & { readonly versioned: boolean };
  /** Where the tables are known to lie: a reading from elsewhere is refused (schema-storage.ts). */
  readonly storage?: string;
  /** Read as of this moment instead of now: for comparisons with recorded answers. */
  readonly asOf?: Date;
  /** Called when the moment of the reading is settled: whatever is committed later is not in it. */
  readonly onMoment?: () => void;
}

const nextLiveRow = z.object({ next_live_at: z.date().nullable() });
const idRow = z.object({ id: z.number() });

/** The features to read: those that changed, and those with an override for a segment that changed. */
async function featuresOfPart(
  snapshot: Queryable,
  environmentId: number,
  part: EnvironmentPart,
): Promise<ReadonlySet<number>> {
  if (part.segments.size === 0) return part.features;
  const rows = await snapshot.query(FEATURES_OF_SEGMENTS_SQL, [environmentId, [...part.segments]]);
  return new Set([
    ...part.features,
    ...z
      .array(idRow)
      .parse(rows)
      .map((row) => row.id),
  ]);
}

function latestMs(updatedAt: Date, states: readonly LiveStateRow[]): number {
  return states.reduce((latest, row) => Math.max(latest, row.changed_at.getTime()), updatedAt.getTime());
}

/**
 * Reads one environment, or a part of it, at one moment: at most twelve queries in one repeatable-read, read-only
 * transaction, whatever the size. `undefined`: there is no such live environment.
 *
 * @throws TablesMoved
 */
export function readEnvironment(
  database: Database,
  options: ReadEnvironmentOptions,
): Promise<EnvironmentReading | undefined> {
  const { environmentId, columns, settings } = options;
  return readFlagsmith(database, options.storage, async (snapshot) => {
    const found = await snapshot.query(ENVIRONMENT_SQL, [environmentId]);
    options.onMoment?.();
    const [environment] = z.array(environmentRow).parse(found);
    if (environment === undefined) return undefined;
    const part = options.part?.versioned === environment.v2 ? options.part : undefined;
    const wanted = part && (await featuresOfPart(snapshot, environmentId, part));
    const only = wanted === undefined ? null : [...wanted];

    const at = options.asOf ?? environment.now;
    const unreadable = new UnreadableRows();
    const featureRows = await snapshot.query(FEATURES_SQL, [environment.project_id, only]);
    const features = unreadable.decode(featureRows, {
      table: "features_feature",
      schema: featureRow,
      ownerOf: (row) => ({ featureId: idIn(row, "id") }),
    });
    const featureIds = features.map((row) => row.id);
    const states = unreadable.decode(
      await snapshot.query(liveStatesSql(environment.v2), [environmentId, at, featureIds]),
      {
        table: "features_featurestate",
        schema: liveStateRow,
        ownerOf: (row) => ({ featureId: idIn(row, "feature_id") }),
      },
    );
    const allocations = await readAllocations(snapshot, states, unreadable);
    const optionsOf = await readOptions(snapshot, { columns, featureIds, unreadable });
    const segmentIds = new Set([...states.flatMap((row) => row.segment_id ?? []), ...(part?.segments ?? [])]);
    const segments = await readSegments(snapshot, {
      segmentIds: [...segmentIds],
      environmentId,
      projectId: environment.project_id,
      columns,
      unreadable,
    });
    const [nextLive] = z
      .array(nextLiveRow)
      .parse(await snapshot.query(nextLiveSql(environment.v2), [environmentId, at]));

    const assembled = assembleFeatures({
      features,
      states,
      allocations,
      options: optionsOf,
      segments,
      unreadable,
    });
    const alive = new Set(assembled.map((feature) => feature.id));
    const names = new Map(features.map((row) => [row.id, row.name]));
    const unreadableParts = unreadable.parts((id) => names.get(id));
    return {
      part: wanted === undefined ? "everything" : { features: wanted, segments: segmentIds },
      versioned: environment.v2,
      readAtMs: environment.now.getTime(),
      position: environment.position,
      nextLiveAtMs: nextLive?.next_live_at ? nextLive.next_live_at.getTime() + 1 : null,
      rowsChangedAtMs: latestMs(environment.updated_at, states),
      featuresWithoutState: featureIds.filter((id) => !alive.has(id) && !unreadable.hasFeature(id)),
      unreadable: {
        features: new Set(unreadableParts.flatMap(({ featureId }) => featureId ?? [])),
        segments: new Set(unreadableParts.flatMap(({ segmentId }) => segmentId ?? [])),
      },
      snapshot: {
        environmentId,
        environmentName: environment.name,
        environmentKey: environment.api_key,
        projectId: environment.project_id,
        projectName: environment.project_name,
        settings,
        features: assembled,
        segments,
        ...(unreadableParts.length > 0 ? { unreadable: unreadableParts } : {}),
      },
    };
  });
}
