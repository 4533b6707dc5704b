import type { Pending, Taken } from "./latest-slot.ts";

/**
 * {@link Pending} values that can be waited on: what async generators read from. Only an error ends it, because no stream
 * of ours ends with OK (design decision 2).
 */
export class LatestFeed<Value> {
  readonly #pending: Pending<Value>;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(pending: Pending<Value>) {
    this.#pending = pending;
  }

  /** Puts the newest value. */
  put(value: Value): void {
    this.#pending.put(value);
    this.#wake?.();
  }

  /** Ends the feed; the first error wins. A value that still waits is given out before it. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** The newest value not yet taken, as soon as there is one. One caller at a time. */
  async next(): Promise<Taken<Value>> {
    for (;;) {
      const taken = this.#pending.take();
      if (taken !== undefined) return taken;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
