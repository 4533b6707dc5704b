/** reading: Flagsmith's rows as model nouns, each reading at one moment of the database. */
import { z } from "zod";
import type { EnvironmentSnapshot, ProjectSettings } from "../../model/environment.ts";
import type { Database, Queryable } from "../connection/database.ts";
import type { FlagsmithColumns } from "../schema/flagsmith-columns.ts";
import { readUnconfirmed } from "../schema/schema-storage.ts";
import { assembleFeatures } from "./assemble-features.ts";
import {
  decodeOptions,
  ENVIRONMENT_SQL,
  environmentRow,
  FEATURES_OF_SEGMENTS_SQL,
  FEATURES_SQL,
  featureRow,
  optionsSql,
  readAllocations,
} from "./environment-rows.ts";
import { type LiveStateRow, liveStateRow, liveStatesSql, nextLiveSql } from "./live-states.ts";
import { readSegments } from "./read-segments.ts";
import { idIn, UnreadableRows } from "./unreadable-rows.ts";

/** Features and segments of an environment. */
export interface EnvironmentPart {
  readonly features: ReadonlySet<number>;
  readonly segments: ReadonlySet<number>;
}

/** What a reading gives first: all that a document is made of. */
export interface EarlyReading {
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
  /** The latest time in the rows that were read: the version to fall back on where none can be recorded. */
  readonly rowsChangedAtMs: number;
  /** Live features among those read that have no environment state here: an impossible state that passes. */
  readonly featuresWithoutState: readonly number[];
  /** Features and segments of which some row could not be read; `snapshot.unreadable` says why. */
  readonly unreadable: EnvironmentPart;
}

/** What a reading gives last. */
export interface RestOfReading {
  /**
   * When the clock alone changes this environment next, epoch milliseconds, rounded up: rows have microseconds, and a
   * reading made too early would see nothing. `null`: never.
   */
  readonly nextLiveAtMs: number | null;
}

/** One environment as it was at one moment of the database, with what the pipeline needs to know of that moment. */
export type EnvironmentReading = EarlyReading & RestOfReading;

/** A reading of which a document can be made already. */
export interface BegunReading {
  readonly reading: EarlyReading;
  /** To be awaited before anything is made known: rejects with `TablesMoved` if the reading may not be believed. */
  readonly rest: Promise<RestOfReading>;
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

async function readEnvironmentRow(
  snapshot: Queryable,
  { environmentId, onMoment }: ReadEnvironmentOptions,
): Promise<z.infer<typeof environmentRow> | undefined> {
  const rows = await snapshot.query(ENVIRONMENT_SQL, [environmentId]);
  onMoment?.();
  return z.array(environmentRow).parse(rows)[0];
}

/** What one reading needs of an environment's features, before what stands with their states. */
interface FeatureRows {
  readonly wanted: ReadonlySet<number> | undefined;
  readonly features: readonly unknown[];
  readonly states: readonly unknown[];
  readonly options: readonly unknown[];
}

/** Asked in one round trip; in two where segments changed. */
async function readFeatureRows(
  snapshot: Queryable,
  options: ReadEnvironmentOptions,
  { v2, part }: { readonly v2: boolean; readonly part: EnvironmentPart | undefined },
): Promise<FeatureRows> {
  const { environmentId, columns } = options;
  const asOf = options.asOf ?? null;
  const wanted = part && (await featuresOfPart(snapshot, environmentId, part));
  const only = wanted === undefined ? null : [...wanted];
  const [features, states, optionRows] = await Promise.all([
    snapshot.query(FEATURES_SQL, [environmentId, only]),
    only === null
      ? snapshot.query(liveStatesSql(v2, "all"), [environmentId, asOf])
      : snapshot.query(liveStatesSql(v2, "some"), [environmentId, asOf, only]),
    only === null
      ? snapshot.query(optionsSql(columns, "all"), [environmentId])
      : snapshot.query(optionsSql(columns, "some"), [only]),
  ]);
  return { wanted, features, states, options: optionRows };
}

function latestMs(updatedAt: Date, states: readonly LiveStateRow[]): number {
  return states.reduce((latest, row) => Math.max(latest, row.changed_at.getTime()), updatedAt.getTime());
}

async function readRest(
  snapshot: Queryable,
  { environmentId, asOf }: ReadEnvironmentOptions,
  v2: boolean,
): Promise<RestOfReading> {
  const rows = await snapshot.query(nextLiveSql(v2), [environmentId, asOf ?? null]);
  const [{ next_live_at: at }] = z.tuple([nextLiveRow]).parse(rows);
  return { nextLiveAtMs: at === null ? null : at.getTime() + 1 };
}

/**
 * Reads one environment, or a part of it, at one moment: at most thirteen queries in one repeatable-read, read-only
 * transaction, whatever the size. `undefined`: there is no such live environment.
 *
 * @throws TablesMoved
 */
export async function readEnvironment(
  database: Database,
  options: ReadEnvironmentOptions,
): Promise<EnvironmentReading | undefined> {
  const begun = await beginReading(database, options);
  return begun && { ...begun.reading, ...(await begun.rest) };
}

/**
 * As {@link readEnvironment}, for who makes a document meanwhile. A part without options and segments takes one round
 * trip, others two, since what is known beforehand of the environment is asked together with what follows from it.
 */
export async function beginReading(
  database: Database,
  options: ReadEnvironmentOptions,
): Promise<BegunReading | undefined> {
  const { environmentId, columns, settings } = options;
  const supposed = options.part && { v2: options.part.versioned, part: options.part };
  const { result, confirmed } = await readUnconfirmed(database, options.storage, async (snapshot) => {
    const [environment, early] = await Promise.all([
      readEnvironmentRow(snapshot, options),
      supposed && readFeatureRows(snapshot, options, supposed),
    ]);
    if (environment === undefined) return undefined;
    const part = supposed?.v2 === environment.v2 ? supposed.part : undefined;
    const rows =
      part && early
        ? early
        : await readFeatureRows(snapshot, options, { v2: environment.v2, part: undefined });
    const { wanted } = rows;

    const unreadable = new UnreadableRows();
    const features = unreadable.decode(rows.features, {
      table: "features_feature",
      schema: featureRow,
      ownerOf: (row) => ({ featureId: idIn(row, "id") }),
    });
    const featureIds = features.map((row) => row.id);
    const live = new Set(featureIds);
    const states = unreadable.decode(
      rows.states.filter((row) => live.has(idIn(row, "feature_id") ?? 0)),
      {
        table: "features_featurestate",
        schema: liveStateRow,
        ownerOf: (row) => ({ featureId: idIn(row, "feature_id") }),
      },
    );
    const segmentIds = new Set([...states.flatMap((row) => row.segment_id ?? []), ...(part?.segments ?? [])]);
    const optionsOf = decodeOptions(
      rows.options.filter((row) => live.has(idIn(row, "feature_id") ?? 0)),
      unreadable,
    );
    const divided = states.filter((row) => optionsOf.has(row.feature_id));
    const [allocations, segments] = await Promise.all([
      readAllocations(snapshot, divided, unreadable),
      readSegments(snapshot, {
        segmentIds: [...segmentIds],
        environmentId,
        projectId: environment.project_id,
        columns,
        unreadable,
      }),
    ]);
    const rest = readRest(snapshot, options, environment.v2);
    rest.catch(() => undefined);

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
    const reading: EarlyReading = {
      part: wanted === undefined ? "everything" : { features: wanted, segments: segmentIds },
      versioned: environment.v2,
      readAtMs: environment.now.getTime(),
      position: environment.position,
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
    return { reading, rest };
  });
  if (result === undefined) {
    await confirmed;
    return undefined;
  }
  const rest = Promise.all([result.rest, confirmed]).then(([first]) => first);
  rest.catch(() => undefined);
  return { reading: result.reading, rest };
}
