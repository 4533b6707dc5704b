/** listening: notifications, and the certainty that they are heard. */
import { backoffDelayMs } from "../../support/backoff.ts";
import type { Clock, Timer } from "../../support/clock.ts";
import { FlagsmithFlagdError } from "../../support/errors.ts";
import type { Queryable } from "../connection/database.ts";
import { CatchUp } from "./catch-up.ts";
import { type ChangeNotice, decodeNotice } from "./change-notice.ts";
import { HEARING_CHANNEL, HearingTest } from "./hearing-test.ts";
import { type ListenConnection, openListenConnection } from "./listen-connection.ts";

/** What a listener tells its owner. */
export interface ListenerEvents {
  onNotice(notice: ChangeNotice): void;
  /** LISTEN is in force on a new connection; whatever happened before it must be read again. */
  onListening(): void;
  /**
   * The connection is gone, or the database is a standby; another attempt follows by itself. Called once per loss, and
   * once more if it turns out to be the other of the two; not per attempt.
   */
  onLost(error: Error): void;
  /** What a {@link HearingTest} found; called after each. */
  onHearing?(hears: boolean): void;
}

/** How to listen. */
export interface ListenerOptions {
  readonly connectionString: string;
  readonly events: ListenerEvents;
  readonly clock: Clock;
  readonly random: () => number;
  /** A query of ours on the connection at this interval finds out that it is dead. */
  readonly probeIntervalMs: number;
  /** Where to send the hearing test from: the connections that read. Absent: no test. */
  readonly reader?: Queryable;
}

const CHANNEL = "flagd_sync";

/** Attempts are at most so far apart: what comes back is found within a second. */
const ATTEMPTS = { baseMs: 50, capMs: 500 };

/** A standby that is asked whether it is still one: seldom enough not to be a burden, often enough for a promotion. */
const STANDBY_RETRY_MS = 1_000;

/**
 * Listens on a connection of its own until it is closed, over any number of lost connections. Each connection is
 * probed, and its hearing tested, one after the other (docs/decisions/0004-listener.md).
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #hearing: HearingTest;
  readonly #catchUp: CatchUp | undefined;
  #connection: ListenConnection | undefined;
  #timer: Timer | undefined;
  /** `false`: a {@link HearingTest} found that LISTEN is accepted in vain. */
  #hears = true;
  #answeredMs = 0;
  #attempt = 0;
  #lost: "no" | "away" | "standby" = "no";
  #closed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#hearing = new HearingTest(options);
    const { reader } = options;
    this.#catchUp = reader && new CatchUp({ ...options, reader });
  }

  /** True while LISTEN is in force. */
  get listening(): boolean {
    return this.#connection !== undefined;
  }

  /** When the connection last proved to be alive, by the monotonic clock: what was announced before was heard. */
  get answeredMs(): number {
    return this.#answeredMs;
  }

  /**
   * Resolves with `true` when `onNotice` was given everything that was announced before this call. `false`: that cannot
   * be known, since nobody listens or the connection does not hear.
   */
  async caughtUp(): Promise<boolean> {
    if (this.#connection === undefined || this.#catchUp === undefined || !this.#hears) return false;
    return this.#catchUp.wait();
  }

  /**
   * Connects; resolves when LISTEN is in force for the first time. A failure of the first attempt that `mayWait` is a
   * loss like any other, and further attempts follow; else it rejects.
   */
  async start(mayWait: (thrown: unknown) => boolean = () => false): Promise<void> {
    try {
      await this.#connect();
    } catch (thrown) {
      if (!mayWait(thrown)) throw thrown;
      this.#onLoss(thrown);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    const connection = this.#connection;
    this.#connection = undefined;
    this.#catchUp?.lost();
    await connection?.close();
  }

  async #connect(): Promise<void> {
    const { connectionString, clock, events } = this.#options;
    const connection = await openListenConnection({
      connectionString,
      clock,
      channels: [CHANNEL, HEARING_CHANNEL],
      onNotification: (channel, payload) => {
        if (channel === HEARING_CHANNEL) {
          this.#hearing.heard(payload);
          this.#catchUp?.heard(payload);
        } else events.onNotice(decodeNotice(payload));
      },
      onEnd: (error) => {
        this.#connection = undefined;
        this.#timer?.cancel();
        this.#catchUp?.lost();
        this.#onLoss(error);
      },
    });
    if (this.#closed) {
      await connection.close();
      return;
    }
    this.#connection = connection;
    this.#answeredMs = clock.monotonicMs();
    this.#attempt = 0;
    this.#lost = "no";
    this.#hearing.reset();
    this.#hears = true;
    events.onListening();
    this.#tendLater(connection, 0);
  }

  /** Probes a connection, and tests its hearing when it is time: never both at once, since a probe's answer can bring
   * a pooler's belated notification along and hide that the connection is deaf. */
  #tendLater(connection: ListenConnection, delayMs: number): void {
    this.#timer = this.#options.clock.after(delayMs, () => {
      const tend = async (): Promise<void> => {
        if (this.#hearing.due()) {
          const hears = await this.#hearing.run();
          this.#hears = hears ?? this.#hears;
          if (hears !== undefined && this.#connection === connection) this.#options.events.onHearing?.(hears);
        }
        const askedMs = this.#options.clock.monotonicMs();
        if (this.#connection === connection) await connection.probe();
        this.#answeredMs = askedMs;
        if (this.#connection === connection) this.#tendLater(connection, this.#options.probeIntervalMs);
      };
      // a probe that fails has told so by the connection's end already
      tend().catch(() => undefined);
    });
  }

  #onLoss(thrown: unknown): void {
    if (this.#closed) return;
    const isStandby = thrown instanceof FlagsmithFlagdError && thrown.code === "DATABASE_STANDBY";
    const lost = isStandby ? "standby" : "away";
    if (this.#lost !== lost) {
      this.#lost = lost;
      this.#options.events.onLost(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
    const delayMs = isStandby
      ? STANDBY_RETRY_MS
      : backoffDelayMs(this.#attempt++, { ...ATTEMPTS, random: this.#options.random });
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#connect().catch((error: unknown) => this.#onLoss(error));
    });
  }
}
