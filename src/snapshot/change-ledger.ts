/**
 * snapshot: decides what must be read again, and when, and what of a reading may be shown yet. No I/O; it knows
 * environments, features and segments by their ids and asks its owner to do the reading.
 */
import type { Clock, Timer } from "../support/clock.ts";

/** Ids that a change names; `null` stands for "any". */
export interface ChangeScope {
  readonly environmentId: number;
  readonly features: readonly number[] | null;
  readonly segments: readonly number[] | null;
}

/** Features and segments of an environment whose series of changes has not come to rest. */
export interface HeldIds {
  readonly features: ReadonlySet<number>;
  readonly segments: ReadonlySet<number>;
}

/** How long a series is waited for (design decision 10). */
export interface SettleTimes {
  /** A series is over when nothing was heard of it for so long. */
  readonly settleMs: number;
  /** And at the latest so long after it began. */
  readonly settleAtMostMs: number;
}

interface Series {
  readonly beganMs: number;
  readonly timer: Timer;
}

interface EnvironmentSeries {
  readonly features: Map<number, Series>;
  readonly segments: Map<number, Series>;
  /** A series that may touch anything: a switch of versioning, a clone. */
  whole: Series | undefined;
}

const NOTHING_HELD: HeldIds = { features: new Set(), segments: new Set() };

/**
 * Sorts changes into those that are complete, which are due at once, and those that open a series, which are due when
 * the series has come to rest. A complete change of something that is in a series joins it; everything else of the
 * same environment goes on at once, so that one person's new override never delays another's kill switch.
 */
export class ChangeLedger {
  readonly #clock: Clock;
  readonly #times: SettleTimes;
  readonly #onDue: (environmentId: number) => void;
  readonly #environments = new Map<number, EnvironmentSeries>();

  constructor(options: { clock: Clock; times: SettleTimes; onDue: (environmentId: number) => void }) {
    this.#clock = options.clock;
    this.#times = options.times;
    this.#onDue = options.onDue;
  }

  /** What one transaction did completely. */
  complete(scope: ChangeScope): void {
    const series = this.#environments.get(scope.environmentId);
    if (series?.whole) {
      this.#extend(scope.environmentId, "whole", 0);
      return;
    }
    const features = scope.features?.filter((id) => series?.features.has(id)) ?? [];
    const segments = scope.segments?.filter((id) => series?.segments.has(id)) ?? [];
    for (const id of features) this.#extend(scope.environmentId, "features", id);
    for (const id of segments) this.#extend(scope.environmentId, "segments", id);
    const named = (scope.features?.length ?? 0) + (scope.segments?.length ?? 0);
    if (named === 0 || features.length + segments.length < named) this.#onDue(scope.environmentId);
  }

  /** What opens a series, or goes on with one. */
  opensSeries(scope: ChangeScope): void {
    const inWhole = this.#environments.get(scope.environmentId)?.whole !== undefined;
    if (inWhole || (scope.features === null && scope.segments === null)) {
      this.#extend(scope.environmentId, "whole", 0);
      return;
    }
    for (const id of scope.features ?? []) this.#extend(scope.environmentId, "features", id);
    for (const id of scope.segments ?? []) this.#extend(scope.environmentId, "segments", id);
  }

  /** What a reading made now must not show yet; `"everything"` while the environment as a whole is in a series. */
  held(environmentId: number): HeldIds | "everything" {
    const series = this.#environments.get(environmentId);
    if (series === undefined) return NOTHING_HELD;
    if (series.whole) return "everything";
    return { features: new Set(series.features.keys()), segments: new Set(series.segments.keys()) };
  }

  /** Drops all series of an environment that is gone, or all of them. */
  forget(environmentId?: number): void {
    const gone = environmentId === undefined ? [...this.#environments.keys()] : [environmentId];
    for (const id of gone) {
      const series = this.#environments.get(id);
      series?.whole?.timer.cancel();
      for (const one of series?.features.values() ?? []) one.timer.cancel();
      for (const one of series?.segments.values() ?? []) one.timer.cancel();
      this.#environments.delete(id);
    }
  }

  #extend(environmentId: number, kind: "features" | "segments" | "whole", id: number): void {
    const series = this.#environments.get(environmentId) ?? {
      features: new Map(),
      segments: new Map(),
      whole: undefined,
    };
    this.#environments.set(environmentId, series);
    const before = kind === "whole" ? series.whole : series[kind].get(id);
    before?.timer.cancel();
    const now = this.#clock.monotonicMs();
    const beganMs = before?.beganMs ?? now;
    const delayMs = Math.max(0, Math.min(this.#times.settleMs, beganMs + this.#times.settleAtMostMs - now));
    const timer = this.#clock.after(delayMs, () => this.#settle(environmentId, kind, id));
    if (kind === "whole") series.whole = { beganMs, timer };
    else series[kind].set(id, { beganMs, timer });
  }

  #settle(environmentId: number, kind: "features" | "segments" | "whole", id: number): void {
    const series = this.#environments.get(environmentId);
    if (series === undefined) return;
    if (kind === "whole") series.whole = undefined;
    else series[kind].delete(id);
    if (!series.whole && series.features.size === 0 && series.segments.size === 0) {
      this.#environments.delete(environmentId);
    }
    this.#onDue(environmentId);
  }
}
