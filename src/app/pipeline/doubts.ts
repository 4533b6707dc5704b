import type { RefreshReason } from "../../snapshot/refresh-queue.ts";
import type { Clock } from "../../support/clock.ts";

const ANNOUNCED: ReadonlySet<RefreshReason> = new Set(["change"]);

/** Environments of which a reading waits to be confirmed by another, and who waits for them. */
export class Doubts {
  readonly #clock: Clock;
  readonly #environments = new Map<number, ReadonlySet<RefreshReason>>();
  #onCertain: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last reading of an environment, made for these reasons, is to be confirmed. */
  arose(environmentId: number, reasons: ReadonlySet<RefreshReason>): void {
    this.#environments.set(environmentId, reasons);
  }

  /** The last reading of an environment was not in doubt, or it is gone. */
  settled(environmentId: number): void {
    if (this.#environments.delete(environmentId) && this.#environments.size === 0) this.#onCertain();
  }

  /** Why an environment is to be read again: for the reasons of the reading in doubt, if there was one. */
  reasons(environmentId: number): ReadonlySet<RefreshReason> {
    return this.#environments.get(environmentId) ?? ANNOUNCED;
  }

  /** Resolves when no environment is in doubt, at the latest after `atMostMs`, or when {@link stop} is called. */
  async over(atMostMs: number): Promise<void> {
    if (this.#environments.size === 0) return;
    const certain = new Promise<void>((resolve) => {
      this.#onCertain = resolve;
    });
    const limit = this.#clock.after(atMostMs, () => this.#onCertain());
    await certain;
    limit.cancel();
  }

  stop(): void {
    this.#onCertain();
  }
}
