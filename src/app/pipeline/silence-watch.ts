import type { Clock, Timer } from "../../support/clock.ts";

/** A notification travels on another connection than the reading; so much later it still counts as heard. */
const MAY_LAG_MS = 1_000;

/** Tells a change that nobody announced from one whose announcement was merely slower than the reconcile. */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #onMissed: (environmentId: number) => void;
  readonly #heardMs = new Map<number, number>();
  readonly #pending = new Map<number, Timer>();

  constructor(clock: Clock, onMissed: (environmentId: number) => void) {
    this.#clock = clock;
    this.#onMissed = onMissed;
  }

  /** A notification named this environment. */
  heard(environmentId: number): void {
    this.#heardMs.set(environmentId, this.#clock.monotonicMs());
    this.#pending.get(environmentId)?.cancel();
    this.#pending.delete(environmentId);
  }

  /** The periodic comparison found a change of this environment. */
  foundWithoutNotice(environmentId: number): void {
    const heardMs = this.#heardMs.get(environmentId);
    if (heardMs !== undefined && this.#clock.monotonicMs() - heardMs < MAY_LAG_MS) return;
    if (this.#pending.has(environmentId)) return;
    const timer = this.#clock.after(MAY_LAG_MS, () => {
      this.#pending.delete(environmentId);
      this.#onMissed(environmentId);
    });
    this.#pending.set(environmentId, timer);
  }

  stop(): void {
    for (const timer of this.#pending.values()) timer.cancel();
    this.#pending.clear();
  }
}
