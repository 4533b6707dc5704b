/** database: the connections to Flagsmith's Postgres and what it holds, watched: whether what is heard and read can be relied on. */
import type { Logger } from "../../observe/logger.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { adviceFor } from "../../postgres/connection/connection-failure.ts";
import { type Database, openDatabase } from "../../postgres/connection/database.ts";
import { GuardedDatabase } from "../../postgres/connection/guarded-database.ts";
import { isStandby } from "../../postgres/connection/standby.ts";
import type { ChangeNotice } from "../../postgres/listening/change-notice.ts";
import { Listener } from "../../postgres/listening/listener.ts";
import type { Clock, Timer } from "../../support/clock.ts";
import { ERRORS } from "../../support/error-catalogue.ts";
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import type { Staleness } from "./staleness.ts";

/** What a watch is made of. */
export interface DatabaseWatchParts {
  readonly config: {
    readonly databaseUrl: string;
    readonly listenDatabaseUrl?: string | undefined;
    readonly databasePool: number;
    readonly databaseTimeoutMs: number;
  };
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly staleness: Staleness;
}

/** Who is told of changes: the pipeline. */
export interface ChangeFollower {
  onNotice(notice: ChangeNotice): void;
  /** Whatever happened until now was perhaps not heard. `onComplete`: when all of it was read. */
  resync(onComplete?: () => void): void;
  /** Whether to compare everything all the time, because nothing can be heard. */
  poll(on: boolean): void;
}

/** With {@link Listener}'s limit for an answer, a dead connection is found within seven seconds, even if no change comes. */
const LISTENER_PROBE_MS = 2_000;

const STANDBY_CHECK_MS = 5_000;

/**
 * Watches the connections to the database: the one that listens and those that read. Tells once when they are lost and
 * once when they are back, keeps {@link Staleness}, and lets the pipeline poll while nothing can be heard.
 */
export class DatabaseWatch {
  readonly #parts: DatabaseWatchParts;
  readonly #database: GuardedDatabase;
  readonly #listener: Listener;
  #pipeline: ChangeFollower | undefined;
  #outage: { readonly beganMs: number; told: boolean } | undefined;
  #lossOfListener: Error | undefined;
  #hears = true;
  #standbyCheck: Timer | undefined;
  #closed = false;

  constructor(parts: DatabaseWatchParts) {
    this.#parts = parts;
    const { config, clock, random, logger } = parts;
    const pool = openDatabase({
      connectionString: config.databaseUrl,
      applicationName: "flagsmith-flagd",
      maxConnections: config.databasePool,
      statementTimeoutMs: config.databaseTimeoutMs,
      clock,
      onIdleError: (error) => logger.debug({ error: error.message }, "an idle database connection broke"),
    });
    this.#database = new GuardedDatabase({
      pool,
      clock,
      random,
      events: { onAway: (error) => this.#onAway(error), onBack: () => this.#onBack() },
    });
    this.#listener = new Listener({
      connectionString: config.listenDatabaseUrl ?? config.databaseUrl,
      clock,
      random,
      probeIntervalMs: LISTENER_PROBE_MS,
      reader: pool,
      events: {
        onNotice: (notice) => {
          parts.metrics.notified(notice.kind);
          this.#pipeline?.onNotice(notice);
        },
        onListening: () => this.#onListening(),
        onLost: (error) => this.#onListenerLost(error),
        onHearing: (hears) => this.#onHearing(hears),
      },
    });
  }

  /** The connections that read. Fails at once while the database is away. */
  get database(): Database {
    return this.#database;
  }

  /** See {@link Listener.caughtUp}. */
  caughtUp(): Promise<boolean> {
    return this.#listener.caughtUp();
  }

  /**
   * Begins to listen, for this pipeline. Rejects if the first attempt fails, unless that `mayWait`; a standby may
   * always: what cannot be heard there can still be read.
   */
  async start(pipeline: ChangeFollower, mayWait: (thrown: unknown) => boolean = () => false): Promise<void> {
    this.#pipeline = pipeline;
    await this.#listener.start((thrown) => isStandbyError(thrown) || mayWait(thrown));
    if (this.#database.reachable) await this.#checkStandby();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#standbyCheck?.cancel();
    await Promise.all([this.#listener.close(), this.#database.close()]);
  }

  #onListening(): void {
    const { metrics, staleness } = this.#parts;
    metrics.listening(this.#hears);
    this.#tellLossOfListener();
    this.#lossOfListener = undefined;
    if (!this.#database.reachable) this.#database.askNow();
    else if (this.#outage !== undefined) this.#catchUp();
    if (staleness.has("standby")) void this.#checkStandby();
    this.#choosePolling();
  }

  #onListenerLost(error: Error): void {
    this.#parts.metrics.listening(false);
    this.#lossOfListener = error;
    if (isStandbyError(error)) {
      this.#onStandby(error.message);
      if (!this.#database.reachable) this.#database.askNow();
      else if (this.#outage !== undefined) this.#catchUp();
      return;
    }
    this.#beginOutage(error.message, this.#listener.answeredMs);
    this.#database.suspect(error);
  }

  #onAway(error: unknown): void {
    this.#beginOutage(messageOf(error));
    this.#tell({ error: messageOf(error), advice: adviceFor(error) }, "the database is away");
  }

  #onBack(): void {
    this.#tellLossOfListener();
    if (this.#outage !== undefined) this.#catchUp();
    void this.#checkStandby();
  }

  #beginOutage(reason: string, beganMs = this.#parts.clock.monotonicMs()): void {
    this.#outage ??= { beganMs, told: false };
    this.#parts.staleness.begin("database", reason, this.#outage.beganMs);
    this.#choosePolling();
  }

  /** Once the database is known to answer: it was only this connection. */
  #tellLossOfListener(): void {
    const lost = this.#lossOfListener;
    if (lost === undefined || isStandbyError(lost)) return;
    this.#tell({ error: lost.message, advice: adviceFor(lost) }, "the connection that listens was lost");
  }

  #tell(fields: object, what: string): void {
    if (this.#outage === undefined || this.#outage.told) return;
    this.#outage.told = true;
    this.#parts.logger.warn(fields, `${what}; serving what is known, trying again`);
  }

  /** Reads whatever may have changed; the outage is over when that is done and nothing was lost meanwhile. */
  #catchUp(): void {
    const outage = this.#outage;
    this.#pipeline?.resync(() => {
      const whole = this.#database.reachable && !this.#listenerIsAway;
      if (outage === undefined || !whole || this.#outage !== outage) return;
      this.#outage = undefined;
      const { clock, logger, staleness } = this.#parts;
      staleness.end("database");
      this.#choosePolling();
      const awaySeconds = Math.round((clock.monotonicMs() - outage.beganMs) / 100) / 10;
      const log = outage.told ? logger.info : logger.debug;
      log.call(logger, { awaySeconds }, "the database is back; what changed meanwhile was read");
    });
  }

  #onHearing(hears: boolean): void {
    if (hears === this.#hears) return;
    this.#hears = hears;
    const { logger, metrics, staleness } = this.#parts;
    metrics.listening(hears);
    if (hears) {
      staleness.end("listener_deaf");
      logger.info({}, "notifications arrive again");
    } else {
      const error = "LISTEN is accepted, but no notification arrives: is there a pooler between?";
      const advice = ERRORS.LISTENER_DEAF.advice;
      staleness.begin("listener_deaf", error);
      logger.error({ code: "LISTENER_DEAF", error, advice }, "nothing is heard of changes; polling instead");
    }
    this.#choosePolling();
  }

  #onStandby(error: string): void {
    const { logger, staleness } = this.#parts;
    if (!staleness.has("standby")) {
      const advice = ERRORS.DATABASE_STANDBY.advice;
      logger.error(
        { code: "DATABASE_STANDBY", error, advice },
        "nothing can be heard or recorded on a standby; polling instead",
      );
    }
    staleness.begin("standby", error);
    this.#choosePolling();
  }

  /** A standby that is read shows changes later than the primary announces them, so polling must find them. */
  async #checkStandby(): Promise<void> {
    this.#standbyCheck?.cancel();
    const reads = await isStandby(this.#database).catch(() => undefined);
    if (this.#closed || reads === undefined) return;
    const { clock, logger, staleness } = this.#parts;
    if (reads || (this.#lossOfListener !== undefined && !this.#listenerIsAway)) {
      this.#onStandby("this Postgres is a standby");
      this.#standbyCheck = clock.after(STANDBY_CHECK_MS, () => void this.#checkStandby());
    } else if (staleness.has("standby")) {
      staleness.end("standby");
      logger.info({}, "the database is a primary now");
      this.#choosePolling();
      this.#catchUp();
    }
  }

  /** Lost for want of a connection, not because it may not listen. */
  get #listenerIsAway(): boolean {
    return this.#lossOfListener !== undefined && !isStandbyError(this.#lossOfListener);
  }

  #choosePolling(): void {
    this.#pipeline?.poll(this.#parts.staleness.stale);
  }
}

function isStandbyError(thrown: unknown): boolean {
  return thrown instanceof FlagsmithFlagdError && thrown.code === "DATABASE_STANDBY";
}
