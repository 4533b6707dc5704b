import type { Clock } from "../../support/clock.ts";

/** What a document goes through, in this order; what each contains is in docs/metrics.md. */
export type RebuildStage = "read" | "hear" | "translate" | "record" | "encode" | "offer";

/** A stage that is over; monotonic milliseconds. */
export interface EndedStage {
  readonly name: RebuildStage;
  readonly startMs: number;
  readonly endMs: number;
}

/** One rebuild of an environment's document, stage by stage: each begins where the one before it ended. */
export class Rebuild {
  readonly beganMs: number;
  readonly stages: EndedStage[] = [];
  readonly #clock: Clock;
  readonly #onEnded: (stage: RebuildStage, durationMs: number) => void;

  constructor(clock: Clock, onEnded: (stage: RebuildStage, durationMs: number) => void) {
    this.#clock = clock;
    this.#onEnded = onEnded;
    this.beganMs = clock.monotonicMs();
  }

  /** When the last stage ended. */
  get lastMs(): number {
    return this.stages.at(-1)?.endMs ?? this.beganMs;
  }

  /** The stage that follows the last one is over. */
  ended(name: RebuildStage): void {
    const startMs = this.lastMs;
    const endMs = this.#clock.monotonicMs();
    this.stages.push({ name, startMs, endMs });
    this.#onEnded(name, endMs - startMs);
  }
}
