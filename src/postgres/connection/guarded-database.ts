import { backoffDelayMs } from "../../support/backoff.ts";
import type { Clock, Timer } from "../../support/clock.ts";
import { isConnectionFailure } from "./connection-failure.ts";
import type { ConnectionPool, Database, Queryable } from "./database.ts";

/** What a guarded database tells its owner. */
export interface GuardedDatabaseEvents {
  /** A connection failed and a new one could not be had. Once per loss, not per attempt. */
  onAway(error: unknown): void;
  /** A connection could be had again, after a single failure too: whatever failed meanwhile can be tried again. */
  onBack(): void;
}

/** How to guard. */
export interface GuardedDatabaseOptions {
  readonly pool: ConnectionPool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: GuardedDatabaseEvents;
}

/** Attempts are at most so far apart: what comes back is found within a second. */
const ATTEMPTS = { baseMs: 50, capMs: 500 };

/**
 * Lets only one ask whether a database that failed is back. Meanwhile every other call fails at once with the same
 * error: a thousand environments that wait to be read must not come down on a Postgres that is just getting up.
 */
export class GuardedDatabase implements Database {
  readonly #options: GuardedDatabaseOptions;
  #failure: { readonly error: unknown } | undefined;
  #away = false;
  #attempt = 0;
  #asking = false;
  #retry: Timer | undefined;
  #closed = false;
  #closing: Promise<void> | undefined;

  constructor(options: GuardedDatabaseOptions) {
    this.#options = options;
  }

  query(text: string, values?: readonly unknown[]): Promise<readonly unknown[]> {
    return this.#guard((pool) => pool.query(text, values));
  }

  execute(text: string): Promise<void> {
    return this.#guard((pool) => pool.execute(text));
  }

  readSnapshot<Result>(work: (snapshot: Queryable) => Promise<Result>): Promise<Result> {
    return this.#guard((pool) => pool.readSnapshot(work));
  }

  write<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    return this.#guard((pool) => pool.write(work));
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    this.#closing ??= this.#options.pool.close();
    return this.#closing;
  }

  /** True while a connection is known to be had. */
  get reachable(): boolean {
    return this.#failure === undefined;
  }

  /** Somebody else has reason to believe that connections are broken: ask, on a new one. */
  suspect(error: unknown): void {
    if (this.#failure !== undefined || this.#closed) return;
    this.#failure = { error };
    this.#options.pool.renew();
    void this.#ask();
  }

  /** Somebody else has just reached the database: do not wait for the next attempt's time. */
  askNow(): void {
    if (this.#failure === undefined) return;
    this.#retry?.cancel();
    void this.#ask();
  }

  async #guard<Result>(work: (pool: ConnectionPool) => Promise<Result>): Promise<Result> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      return await work(this.#options.pool);
    } catch (thrown) {
      if (isConnectionFailure(thrown)) this.suspect(thrown);
      throw thrown;
    }
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#closed) return;
    this.#asking = true;
    try {
      await this.#options.pool.query("SELECT 1");
      this.#onAnswer();
    } catch (thrown) {
      this.#onRefusal(thrown);
    } finally {
      this.#asking = false;
    }
  }

  #onAnswer(): void {
    if (this.#closed) return;
    this.#failure = undefined;
    this.#away = false;
    this.#attempt = 0;
    this.#options.events.onBack();
  }

  #onRefusal(thrown: unknown): void {
    if (this.#closed) return;
    const { clock, events, pool, random } = this.#options;
    this.#failure = { error: thrown };
    if (!this.#away) {
      this.#away = true;
      pool.renew("now");
      events.onAway(thrown);
    }
    const delayMs = backoffDelayMs(this.#attempt++, { ...ATTEMPTS, random });
    this.#retry = clock.after(delayMs, () => void this.#ask());
  }
}
