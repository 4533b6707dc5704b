import type { Clock } from "../support/clock.ts";

/**
 * The database's clock, estimated between reads by the monotonic clock of this machine: neither a jump of the local
 * wall clock nor a difference between the machines moves a scheduled change.
 */
export class DatabaseTime {
  readonly #clock: Clock;
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.now() - clock.monotonicMs();
  }

  /** Takes the time that a query has just answered; what the answer took to arrive is lost, and small. */
  observe(databaseNowMs: number): void {
    this.#offsetMs = databaseNowMs - this.#clock.monotonicMs();
  }

  /** Epoch milliseconds by the database's clock. */
  nowMs(): number {
    return this.#clock.monotonicMs() + this.#offsetMs;
  }
}
