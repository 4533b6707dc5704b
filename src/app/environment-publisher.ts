import type { DirectoryEntry } from "../model/access.ts";
import type { ProjectSettings } from "../model/environment.ts";
import type { Logger } from "../observe/logger.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Database } from "../postgres/database.ts";
import type { FlagsmithColumns } from "../postgres/flagsmith-columns.ts";
import { type EnvironmentReading, readEnvironment } from "../postgres/read-environment.ts";
import type { Board } from "../publish/board.ts";
import { buildRevision, hashContent } from "../publish/build-revision.ts";
import type { HeldIds } from "../snapshot/change-ledger.ts";
import type { DatabaseTime } from "../snapshot/database-time.ts";
import type { ReadScope, TouchedIds } from "../snapshot/dirty-scopes.ts";
import { mergeReading } from "../snapshot/merge-reading.ts";
import { RecentSnapshots } from "../snapshot/recent-snapshots.ts";
import { onlyWholeChanges } from "../snapshot/whole-changes.ts";
import type { Clock } from "../support/clock.ts";
import { nextTurn } from "../support/next-turn.ts";
import { translateEnvironment } from "../translate/translate-environment.ts";
import { agreeOnVersion } from "./agree-on-version.ts";

/** What a publisher is made of. */
export interface EnvironmentPublisherParts {
  readonly database: Database;
  readonly columns: FlagsmithColumns;
  readonly board: Board;
  readonly clock: Clock;
  readonly databaseTime: DatabaseTime;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly sizes: { readonly sizeBudgetBytes: number; readonly maxDocumentBytes: number };
}

/**
 * How publishing went. `held`: a series of changes is under way, its end will ask again; `outdated`: another replica
 * saw a later state already, read again; `gone`: there is no such environment any more.
 */
export interface PublishOutcome {
  readonly kind: "changed" | "unchanged" | "held" | "outdated" | "gone";
  /** When the clock alone changes the environment next, epoch milliseconds by the database's clock. */
  readonly nextLiveAtMs: number | null;
  /** What was read but must not be shown yet: to be read again when its series is over, or the next time. */
  readonly remains: TouchedIds | "everything";
}

const NOTHING: TouchedIds = { features: [], segments: [] };

/** Features of so many environments are remembered in all; about 1 KB each. */
const MOST_FEATURES_REMEMBERED = 50_000;

/** Takes one environment the whole way: reading, translation, hash, version, board. */
export class EnvironmentPublisher {
  readonly #parts: EnvironmentPublisherParts;
  readonly #shown = new RecentSnapshots(MOST_FEATURES_REMEMBERED);

  constructor(parts: EnvironmentPublisherParts) {
    this.#parts = parts;
  }

  /** Drops what is remembered of an environment that is no longer served. */
  forget(environmentId: number): void {
    this.#shown.forget(environmentId);
  }

  /**
   * @param wanted what is to be read; more is read where what was shown before is no longer remembered.
   * @param held is asked after the reading: it must cover every notification sent with what the reading saw.
   * @throws what the database threw; nothing was published then.
   */
  async publish(
    entry: DirectoryEntry,
    settings: ProjectSettings,
    wanted: ReadScope,
    held: () => HeldIds | "everything",
  ): Promise<PublishOutcome> {
    const { database, columns, databaseTime, clock } = this.#parts;
    const beganMs = clock.monotonicMs();
    const { environmentId } = entry;
    const shown = this.#shown.get(environmentId);
    const part =
      wanted === "everything" || shown === undefined
        ? {}
        : { part: { ...wanted, versioned: shown.versioned } };
    const reading = await readEnvironment(database, { environmentId, columns, settings, ...part });
    if (reading === undefined) return { kind: "gone", nextLiveAtMs: null, remains: NOTHING };
    databaseTime.observe(reading.readAtMs);
    await nextTurn();
    const { nextLiveAtMs } = reading;
    const heldNow = held();
    if (heldNow === "everything") return { kind: "held", nextLiveAtMs, remains: "everything" };
    const vanished = this.#vanished(environmentId, reading);
    const unknown =
      vanished.length + heldNow.features.size + heldNow.segments.size > 0 && shown === undefined;
    if (unknown && this.#parts.board.current(environmentId) !== undefined) {
      return { kind: "held", nextLiveAtMs, remains: "everything" };
    }
    const kind = await this.#show({ entry, reading, held: heldNow, vanished, beganMs });
    const remains = { features: [...heldNow.features, ...vanished], segments: heldNow.segments };
    return { kind, nextLiveAtMs, remains };
  }

  /** Features that were shown, still exist, and have no state at all now. */
  #vanished(environmentId: number, reading: EnvironmentReading): readonly number[] {
    if (reading.featuresWithoutState.length === 0) return [];
    const before = new Set(this.#shown.featureIds(environmentId));
    return reading.featuresWithoutState.filter((id) => before.has(id));
  }

  async #show(options: {
    readonly entry: DirectoryEntry;
    readonly reading: EnvironmentReading;
    readonly held: HeldIds;
    readonly vanished: readonly number[];
    readonly beganMs: number;
  }): Promise<"changed" | "unchanged" | "outdated"> {
    const { entry, reading, held, vanished, beganMs } = options;
    const { board, clock, logger, metrics, sizes, database } = this.#parts;
    const { environmentId } = entry;
    const previous = this.#shown.get(environmentId)?.snapshot;
    const snapshot = onlyWholeChanges({
      reading: mergeReading(previous, reading.snapshot, reading.part),
      previous,
      held,
      vanished,
    });
    if (vanished.length > 0) {
      logger.debug({ environmentId, features: vanished }, "features without any state are kept as they were");
    }
    const content = hashContent(translateEnvironment(snapshot, sizes));
    this.#shown.set(environmentId, { snapshot, versioned: reading.versioned });
    if (board.current(environmentId)?.hash === content.hash) return "unchanged";
    const agreed = await agreeOnVersion({ database, logger, environmentId, hash: content.hash, reading });
    if (agreed.outdated) return "outdated";
    const revision = buildRevision({
      content,
      environmentId,
      projectId: entry.projectId,
      versionMs: agreed.versionMs,
    });
    board.publish(revision);
    const durationMs = clock.monotonicMs() - beganMs;
    metrics.documentBuilt(durationMs, revision.bytes.length);
    metrics.documents(board.revisions().length);
    for (const { reason } of content.translation.warnings) metrics.warnings(reason, 1);
    logger.info(
      {
        environmentId,
        flagSetId: revision.flagSetId,
        revision: revision.hash.slice(0, 12),
        bytes: revision.bytes.length,
        warnings: content.translation.warnings.length,
        followers: board.followerCount(environmentId),
        durationMs: Math.round(durationMs * 10) / 10,
      },
      "published",
    );
    return "changed";
  }
}
