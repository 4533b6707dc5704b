import type { Revision } from "../model/revision.ts";
import type { Logger } from "../observe/logger.ts";
import type { StateMetrics } from "../observe/state-metrics.ts";
import type { Directory } from "../postgres/reading/read-directory.ts";
import { restoreRevision } from "../publish/restore-revision.ts";
import type { DatabaseTime } from "../snapshot/database-time.ts";
import type { ExpectedOrigin } from "../state/saved-state.ts";
import { type RefusedFile, StateDirectory } from "../state/state-directory.ts";
import { StateKeeper } from "../state/state-keeper.ts";
import type { Clock } from "../support/clock.ts";
import { ERRORS } from "../support/error-catalogue.ts";
import { FlagsmithFlagdError, messageOf } from "../support/errors.ts";
import type { Staleness } from "./database/staleness.ts";
import type { Pipeline } from "./pipeline/pipeline.ts";

/** What the keeping of state needs. */
export interface KeptStateParts {
  readonly path: string;
  /** See `databaseTarget`. */
  readonly target: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: StateMetrics;
}

/** What is filled from disk. */
export interface Unfilled {
  readonly pipeline: Pipeline;
  readonly databaseTime: DatabaseTime;
  readonly staleness: Staleness;
}

/** Keeps on disk what is served, and gives it back to a start that cannot read the database. */
export class KeptState {
  readonly #parts: KeptStateParts;
  readonly #directory: StateDirectory;
  readonly #keeper: StateKeeper;

  constructor(parts: KeptStateParts) {
    this.#parts = parts;
    const { path, clock, random, target, logger, metrics } = parts;
    this.#directory = new StateDirectory({ path, clock, onRefused: (refused) => this.#onRefused(refused) });
    this.#keeper = new StateKeeper({
      directory: this.#directory,
      target,
      clock,
      random,
      events: {
        onSaved: (outcome) => metrics.saved(outcome),
        onTrouble: (error) => this.#onTrouble(error),
        onRecovered() {
          metrics.failing(false);
          logger.info({ stateDir: path }, "documents are kept in STATE_DIR again");
        },
        onInTheWay: (file) =>
          logger.error(
            { stateDir: path, file, advice: ERRORS.STATE_FOREIGN.advice },
            "a file of another installation or a newer release is in the way and stays; this one is not kept",
          ),
        onWaiting: (count) => metrics.waiting(count),
      },
    });
  }

  /**
   * Makes the folder. That it cannot be made or written is told when something is to be written.
   *
   * @throws FlagsmithFlagdError STATE_UNSAFE
   */
  async prepare(): Promise<void> {
    await this.#directory.prepare().catch((thrown: unknown) => {
      if (thrown instanceof FlagsmithFlagdError) throw thrown;
      this.#parts.logger.debug({ error: messageOf(thrown) }, "STATE_DIR could not be made");
    });
  }

  /** A reading found this document to be the present one. */
  seen(revision: Revision, readAtMs: number): void {
    this.#keeper.document(revision, readAtMs);
  }

  /** The directory was read. */
  directoryRead(directory: Directory): void {
    this.#keeper.environments(directory);
  }

  /** Fills what could not be read: the directory, then the documents that are missing. What was read stays. */
  async fill({ pipeline, databaseTime, staleness }: Unfilled): Promise<void> {
    const { clock, logger, path, target } = this.#parts;
    try {
      const expected = { target, installation: pipeline.directory()?.installation };
      await this.#directory.refuseForeign(expected);
      const saved = await this.#directory.loadDirectory(expected);
      if (saved === undefined) return;
      // A clock that lags must not make good again a key that had expired when the directory was read.
      if (databaseTime.nowMs() < saved.readAtMs) databaseTime.observe(saved.readAtMs);
      pipeline.adopt(saved);
      const documents = await this.#fillDocuments(pipeline, {
        ...expected,
        installation: saved.installation,
      });
      const ageMs = databaseTime.nowMs() - saved.readAtMs;
      staleness.backdate(clock.monotonicMs() - ageMs);
      logger.warn(
        {
          stateDir: path,
          documents,
          missing: pipeline.documents.missing().length,
          ageSeconds: Math.round(ageMs / 1_000),
        },
        "the database could not be read; serving the documents kept in STATE_DIR until it can be",
      );
    } catch (thrown) {
      logger.error(
        {
          code: "STATE_UNWRITABLE",
          stateDir: path,
          error: messageOf(thrown),
          advice: ERRORS.STATE_UNWRITABLE.advice,
        },
        "STATE_DIR cannot be read",
      );
    }
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    await this.#keeper.close();
  }

  async #fillDocuments(pipeline: Pipeline, expected: ExpectedOrigin): Promise<number> {
    let count = 0;
    for (const { environmentId } of pipeline.documents.missing()) {
      const saved = await this.#directory.loadDocument(environmentId, expected);
      if (saved === undefined) continue;
      const revision = restoreRevision(saved);
      if (revision === undefined) await this.#directory.refuseDocument(environmentId);
      else if (pipeline.documents.showKept(revision)) count += 1;
    }
    return count;
  }

  #onRefused({ file, code, movedTo }: RefusedFile): void {
    const { logger, metrics, path } = this.#parts;
    metrics.refused(code);
    logger.error(
      { code, stateDir: path, file, movedTo, advice: ERRORS[code].advice },
      "a file of STATE_DIR is not believed and was moved aside",
    );
  }

  #onTrouble(error: Error): void {
    const { logger, metrics, path } = this.#parts;
    metrics.failing(true);
    const code = error instanceof FlagsmithFlagdError ? error.code : "STATE_UNWRITABLE";
    logger.error(
      { code, stateDir: path, error: error.message, advice: ERRORS[code].advice },
      "STATE_DIR cannot be written; serving goes on without it, trying again",
    );
  }
}
