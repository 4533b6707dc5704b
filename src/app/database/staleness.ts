import type { Clock } from "../../support/clock.ts";

/** Why nobody can be sure of the present state of all environments. */
export type StaleCause = "database" | "listener_deaf" | "standby" | "schema_changed";

/** An environment, or the directory of all, that alone cannot be read. */
export interface StaleReading {
  readonly reading: number | "directory";
  readonly staleMs: number;
  readonly reason: string;
}

/** See {@link Staleness}. */
export interface StalenessReport {
  /** 0: all that is served is current. Else how long ago the oldest of it was known to be. */
  readonly staleMs: number;
  /** `null` while current. */
  readonly reason: string | null;
  /** Those that fail on their own, oldest first. */
  readonly readings: readonly StaleReading[];
}

interface Failing {
  readonly sinceMs: number;
  readonly reason: string;
}

/**
 * Since when it cannot be known whether what is served is still true: LISTEN is not in force or hears nothing, or
 * reading fails. A comparison of everything that succeeds meanwhile brings the moment forward, so under polling it is
 * the time since the last one.
 */
export class Staleness {
  readonly #clock: Clock;
  readonly #causes = new Map<StaleCause, string>();
  readonly #failing = new Map<number | "directory", Failing>();
  #knownMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on, or with `knownMs` (monotonic) since then. A cause that is there already keeps its moment. */
  begin(cause: StaleCause, reason: string, knownMs = this.#clock.monotonicMs()): void {
    if (this.#causes.size === 0) this.#knownMs = knownMs;
    this.#causes.set(cause, reason);
  }

  end(cause: StaleCause): void {
    this.#causes.delete(cause);
  }

  has(cause: StaleCause): boolean {
    return this.#causes.has(cause);
  }

  /** Whether there is any cause; readings that fail on their own aside. */
  get stale(): boolean {
    return this.#causes.size > 0;
  }

  /** Everything was read by readings that all began after `beganMs` (monotonic). */
  compared(beganMs: number): void {
    this.#knownMs = Math.max(this.#knownMs, beganMs);
  }

  /** What is served while there is a cause is older than this process: it was true at `knownMs` (monotonic) at the latest. */
  backdate(knownMs: number): void {
    if (this.#causes.size > 0) this.#knownMs = Math.min(this.#knownMs, knownMs);
  }

  /** One reading fails, while the database answers others. True the first time. */
  fails(reading: number | "directory", reason: string): boolean {
    const before = this.#failing.get(reading);
    this.#failing.set(reading, { sinceMs: before?.sinceMs ?? this.#clock.monotonicMs(), reason });
    return before === undefined;
  }

  /** A reading succeeded. Gives how long it did not, in milliseconds, if so. */
  read(reading: number | "directory"): number | undefined {
    const before = this.#failing.get(reading);
    this.#failing.delete(reading);
    return before && this.#clock.monotonicMs() - before.sinceMs;
  }

  /** How old the knowledge of one environment is; 0: it is current. */
  ageMs(environmentId: number): number {
    const failing = this.#failing.get(environmentId);
    const alone = failing === undefined ? 0 : this.#clock.monotonicMs() - failing.sinceMs;
    return Math.max(alone, this.#commonMs());
  }

  report(): StalenessReport {
    const nowMs = this.#clock.monotonicMs();
    const readings = [...this.#failing]
      .map(([reading, { sinceMs, reason }]) => ({ reading, staleMs: nowMs - sinceMs, reason }))
      .sort((left, right) => right.staleMs - left.staleMs);
    const staleMs = Math.max(this.#commonMs(), readings[0]?.staleMs ?? 0);
    const reason = [...this.#causes.values()].at(-1) ?? readings[0]?.reason ?? null;
    return { staleMs, reason, readings };
  }

  /** For the metrics. */
  figures(): {
    readonly seconds: number;
    readonly environments: number;
    readonly causes: readonly StaleCause[];
  } {
    return {
      seconds: this.report().staleMs / 1_000,
      environments: this.#failing.size,
      causes: [...this.#causes.keys()],
    };
  }

  /** For `/readyz`; `undefined` while all is current. */
  summary(): { readonly seconds: number; readonly reason: string } | undefined {
    const { staleMs, reason } = this.report();
    return reason === null ? undefined : { seconds: Math.round(staleMs / 100) / 10, reason };
  }

  #commonMs(): number {
    return this.#causes.size === 0 ? 0 : this.#clock.monotonicMs() - this.#knownMs;
  }
}
