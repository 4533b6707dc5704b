import type { Clock } from "../support/clock.ts";

/**
 * Holds back what was found without having been announced (after a lost connection, by the periodic comparison, at the
 * start): nobody said whether it is whole or in the middle of a series, so it is shown when a second reading, a settle
 * time later, says the same.
 */
export class SecondLook {
  readonly #clock: Clock;
  readonly #first = new Map<number, { readonly sinceMs: number; readonly hash: string }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether something of this environment waits for its second reading. */
  awaits(environmentId: number): boolean {
    return this.#first.has(environmentId);
  }

  /**
   * Whether this content may be shown: it was read before, or another each time for `atMostMs`. `false`: read again
   * when the settle time is over.
   */
  confirms(environmentId: number, hash: string, atMostMs: number): boolean {
    const first = this.#first.get(environmentId);
    const nowMs = this.#clock.monotonicMs();
    const waitedMs = nowMs - (first?.sinceMs ?? nowMs);
    if (first !== undefined && (first.hash === hash || waitedMs >= atMostMs)) {
      this.#first.delete(environmentId);
      return true;
    }
    this.#first.set(environmentId, { sinceMs: first?.sinceMs ?? nowMs, hash });
    return false;
  }

  /** Whether it was waited for `atMostMs`, whatever was read. */
  waitedFor(environmentId: number, hash: string, atMostMs: number): boolean {
    const { sinceMs } = this.#first.get(environmentId) ?? { sinceMs: this.#clock.monotonicMs() };
    if (this.#clock.monotonicMs() - sinceMs >= atMostMs) {
      this.#first.delete(environmentId);
      return true;
    }
    this.#first.set(environmentId, { sinceMs, hash });
    return false;
  }

  /** Drops what waits: the environment is as it was shown again, or is gone. */
  forget(environmentId: number): void {
    this.#first.delete(environmentId);
  }
}
