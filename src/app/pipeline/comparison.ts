/** One reading of everything, so that it can be told when it is complete: all parts read by readings begun after it. */
export class Comparison<Part> {
  /** By the monotonic clock. */
  readonly beganMs: number;
  readonly #left: Set<Part>;
  readonly #onComplete: (beganMs: number) => void;

  constructor(options: {
    readonly beganMs: number;
    readonly parts: Iterable<Part>;
    readonly onComplete: (beganMs: number) => void;
  }) {
    this.beganMs = options.beganMs;
    this.#left = new Set(options.parts);
    this.#onComplete = options.onComplete;
  }

  get complete(): boolean {
    return this.#left.size === 0;
  }

  /** A part was read, by a reading that began at `startedMs`. */
  read(part: Part, startedMs: number): void {
    if (startedMs >= this.beganMs) this.drop(part);
  }

  /** A part is gone, or cannot be read for a reason of its own. */
  drop(part: Part): void {
    if (this.#left.delete(part) && this.#left.size === 0) this.#onComplete(this.beganMs);
  }
}
