import type { Logger } from "../../observe/logger.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { isConnectionFailure } from "../../postgres/connection/connection-failure.ts";
import type { RefreshReason } from "../../snapshot/refresh-queue.ts";
import type { Clock } from "../../support/clock.ts";
import { messageOf } from "../../support/errors.ts";
import { isPassing } from "../database/schema-watch.ts";
import type { Staleness } from "../database/staleness.ts";
import type { PublicationTimes } from "./publication-times.ts";
import type { Reconciler } from "./reconciler.ts";
import { SilenceWatch } from "./silence-watch.ts";

/** A change that only the periodic comparison found. */
const MISSED = "a change came without a notification; the periodic comparison found it";

/** An environment's id, or the directory of all. */
export type ReadingId = number | "directory";

/** Whom to tell of readings. */
interface ReadingReportsParts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly staleness: Staleness;
  readonly reconciler: Reconciler<ReadingId>;
}

/** Tells of readings: that they fail or work again, once each, however often they are tried, and what came of them. */
export class ReadingReports {
  readonly #parts: ReadingReportsParts;
  readonly #silence: SilenceWatch;

  constructor(parts: ReadingReportsParts) {
    this.#parts = parts;
    this.#silence = new SilenceWatch(parts.clock, (environmentId) => {
      if (parts.reconciler.polling) return;
      parts.metrics.notificationMissed();
      parts.logger.warn({ environmentId }, MISSED);
    });
  }

  /** A notification named this environment. */
  heard(environmentId: number): void {
    this.#silence.heard(environmentId);
  }

  /** What was read for these reasons was published. */
  published(environmentId: number, reasons: ReadonlySet<RefreshReason>, times: PublicationTimes): void {
    const { metrics } = this.#parts;
    if (times.latenessMs !== null) metrics.scheduledChange(times.latenessMs);
    if (times.propagationMs !== null) metrics.propagated(times.propagationMs);
    if (reasons.size === 1 && reasons.has("reconcile")) this.#silence.foundWithoutNotice(environmentId);
    metrics.revisionPublished([...reasons].sort().join("+"));
  }

  stop(): void {
    this.#silence.stop();
  }

  /** A failure of the connection is the database watch's to tell, once; the others are told here. */
  failed(id: ReadingId, thrown: unknown, attempt: number): void {
    const { metrics, logger, staleness, reconciler } = this.#parts;
    metrics.refreshFailed();
    const fields = { reading: id, error: messageOf(thrown) };
    const own = !isConnectionFailure(thrown) && !isPassing(thrown, attempt);
    if (own) reconciler.drop(id);
    if (own && staleness.fails(id, messageOf(thrown))) {
      logger.warn(fields, "could not read; serving what is known, trying again until it works");
    } else logger.debug(fields, "could not read");
  }

  /** A reading that began at `startedMs` (monotonic) worked. */
  worked(id: ReadingId, startedMs: number): void {
    const { logger, staleness, reconciler } = this.#parts;
    reconciler.read(id, startedMs);
    const failedForMs = staleness.read(id);
    if (failedForMs === undefined) return;
    logger.info({ reading: id, staleSeconds: Math.round(failedForMs / 100) / 10 }, "could read again");
  }
}
