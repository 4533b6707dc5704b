import pgListen, { type Subscriber } from "pg-listen";
import { backoffDelayMs } from "../support/backoff.ts";
import type { Clock, Timer } from "../support/clock.ts";
import { type ChangeNotice, decodeNotice } from "./change-notice.ts";

/** What a listener tells its owner. */
export interface ListenerEvents {
  onNotice(notice: ChangeNotice): void;
  /** LISTEN is in force on a new connection; whatever happened before it must be read again. */
  onListening(): void;
  /** The connection is gone; another attempt follows by itself. Called once per loss, not per attempt. */
  onLost(error: Error): void;
}

/** How to listen. */
export interface ListenerOptions {
  readonly connectionString: string;
  readonly events: ListenerEvents;
  readonly clock: Clock;
  readonly random: () => number;
  /** A query of ours on the connection at this interval finds out that it is dead. */
  readonly probeIntervalMs: number;
}

const CHANNEL = "flagd_sync";
const CONNECT_TIMEOUT_MS = 5_000;
const PROBE_TIMEOUT_MS = 5_000;

/**
 * Listens on a connection of its own until it is closed, over any number of lost connections. pg-listen keeps one
 * connection; its own reconnection is not used (retryLimit 1), since a connection that dies between connecting and
 * LISTEN leaves it deaf for ever, and since it cannot be stopped while the database is away
 * (docs/decisions/0004-listener.md).
 */
export class Listener {
  readonly #options: ListenerOptions;
  #subscriber: Subscriber | undefined;
  #retry: Timer | undefined;
  #attempt = 0;
  #lost = false;
  #closed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** True while LISTEN is in force. */
  get listening(): boolean {
    return this.#subscriber !== undefined;
  }

  /** Connects; resolves when LISTEN is in force for the first time, rejects if the first attempt fails. */
  async start(): Promise<void> {
    await this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.#subscriber?.close().catch(() => undefined);
    this.#subscriber = undefined;
  }

  async #connect(): Promise<void> {
    const subscriber = pgListen.default(
      {
        connectionString: this.#options.connectionString,
        application_name: "flagsmith-flagd listen",
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        query_timeout: PROBE_TIMEOUT_MS,
      },
      {
        retryLimit: 1,
        retryTimeout: Number.POSITIVE_INFINITY,
        paranoidChecking: this.#options.probeIntervalMs,
        parse: (text) => text,
      },
    );
    let failed = false;
    const fail = (error: Error): void => {
      if (failed) return;
      failed = true;
      void subscriber.close().catch(() => undefined);
      this.#onFailure(subscriber, error);
    };
    subscriber.events.on("error", (error: Error) => {
      if (this.#subscriber === subscriber) fail(error);
    });
    subscriber.events.on("notification", (notification) => {
      this.#options.events.onNotice(decodeNotice(notification.payload));
    });
    try {
      await subscriber.connect();
      await subscriber.listenTo(CHANNEL);
    } catch (thrown) {
      failed = true;
      await subscriber.close().catch(() => undefined);
      throw thrown;
    }
    if (this.#closed) {
      await subscriber.close().catch(() => undefined);
      return;
    }
    this.#subscriber = subscriber;
    this.#attempt = 0;
    this.#lost = false;
    this.#options.events.onListening();
  }

  #onFailure(subscriber: Subscriber, error: Error): void {
    if (this.#closed || this.#subscriber !== subscriber) return;
    this.#subscriber = undefined;
    if (!this.#lost) {
      this.#lost = true;
      this.#options.events.onLost(error);
    }
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    const delayMs = backoffDelayMs(this.#attempt++, {
      baseMs: 50,
      capMs: 1_000,
      random: this.#options.random,
    });
    this.#retry = this.#options.clock.after(delayMs, () => {
      this.#connect().catch(() => {
        if (!this.#closed) this.#scheduleRetry();
      });
    });
  }
}
