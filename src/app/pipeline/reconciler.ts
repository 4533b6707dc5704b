import type { Clock, Timer } from "../../support/clock.ts";
import { Comparison } from "./comparison.ts";

/** How often everything is compared where notifications cannot be relied on. */
const POLL_MS = 2_000;

/** Polling leaves the database at rest for so many times as long as a comparison took. */
const REST_FACTOR = 4;

/** What a reconciler needs. */
export interface ReconcilerOptions<Part> {
  readonly clock: Clock;
  readonly reconcileMs: number;
  /** Asks for a reading of everything, and names its parts. */
  readonly readAll: (reason: "resync" | "reconcile") => Iterable<Part>;
  /** A comparison is complete: all that is shown was true at `beganMs` (monotonic) or later. */
  readonly onCompared: (beganMs: number) => void;
}

/** Compares everything with the database from time to time, and oftener while there is nothing better. */
export class Reconciler<Part> {
  readonly #options: ReconcilerOptions<Part>;
  #comparison: Comparison<Part> | undefined;
  #timer: Timer | undefined;
  #polling = false;
  #started = false;
  #stopped = false;
  #lastTookMs = 0;

  constructor(options: ReconcilerOptions<Part>) {
    this.#options = options;
  }

  /** True while changes are found by {@link poll} rather than heard of. */
  get polling(): boolean {
    return this.#polling;
  }

  /** Begins to compare periodically. */
  start(): void {
    this.#started = true;
    this.#plan();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Compares every two seconds instead of at the usual interval, or (`false`) no longer. */
  poll(on: boolean): void {
    if (this.#polling === on) return;
    this.#polling = on;
    if (this.#started) this.#plan();
  }

  /** Compares now. `onComplete` is not called if another comparison begins before this one is complete. */
  compare(reason: "resync" | "reconcile", onComplete: () => void = () => undefined): void {
    const { clock, readAll, onCompared } = this.#options;
    const beganMs = clock.monotonicMs();
    this.#comparison = new Comparison({
      beganMs,
      parts: readAll(reason),
      onComplete: () => {
        this.#lastTookMs = clock.monotonicMs() - beganMs;
        onCompared(beganMs);
        onComplete();
      },
    });
  }

  /** A part was read, by a reading that began at `startedMs`. */
  read(part: Part, startedMs: number): void {
    this.#comparison?.read(part, startedMs);
  }

  /** A part is gone, or cannot be read for a reason of its own. */
  drop(part: Part): void {
    this.#comparison?.drop(part);
  }

  #plan(): void {
    this.#timer?.cancel();
    if (this.#stopped) return;
    const { clock, reconcileMs } = this.#options;
    const pollMs = Math.max(POLL_MS, REST_FACTOR * this.#lastTookMs);
    this.#timer = clock.after(this.#polling ? Math.min(reconcileMs, pollMs) : reconcileMs, () => {
      // one that is not complete will be: whatever fails is tried again until it works
      if (this.#comparison === undefined || this.#comparison.complete) this.compare("reconcile");
      this.#plan();
    });
  }
}
