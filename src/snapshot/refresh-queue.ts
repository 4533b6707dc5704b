import { backoffDelayMs } from "../support/backoff.ts";
import type { Clock, Timer } from "../support/clock.ts";

/** Why something is to be read again. `reconcile` alone means that nobody said a word. */
export type RefreshReason = "change" | "schedule" | "resync" | "reconcile";

/** How the queue does its work. */
export interface RefreshQueueOptions<Id> {
  readonly clock: Clock;
  readonly random: () => number;
  /** So many may be under way at once. */
  readonly concurrency: number;
  /** Does the work; what it throws is given to `onFailure`, and the work is tried again after a growing delay. */
  readonly work: (id: Id, reasons: ReadonlySet<RefreshReason>) => Promise<void>;
  /** `attempt` counts from 0 and starts anew after a success. */
  readonly onFailure: (failure: {
    readonly id: Id;
    readonly thrown: unknown;
    readonly attempt: number;
  }) => void;
}

const RETRY = { baseMs: 100, capMs: 1_000 };

/**
 * Does at most one piece of work per id at a time, and does it once more if it was asked for meanwhile: however fast
 * changes come, a reading that began after the last of them always follows. Work that only checks waits behind work
 * that somebody asked for, and never takes the last free place.
 */
export class RefreshQueue<Id> {
  readonly #options: RefreshQueueOptions<Id>;
  readonly #waiting = new Map<Id, Set<RefreshReason>>();
  readonly #running = new Set<Id>();
  readonly #attempts = new Map<Id, number>();
  readonly #retries = new Map<Id, Timer>();
  #idleWaiters: (() => void)[] = [];
  #stopped = false;

  constructor(options: RefreshQueueOptions<Id>) {
    this.#options = options;
  }

  request(id: Id, reason: RefreshReason): void {
    if (this.#stopped) return;
    const reasons = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, reasons.add(reason));
    this.#pump();
  }

  /** Drops what waits for an id that is gone. */
  forget(id: Id): void {
    this.#waiting.delete(id);
    this.#attempts.delete(id);
    this.#retries.get(id)?.cancel();
    this.#retries.delete(id);
  }

  /** Resolves when nothing waits or runs. Work that failed and waits for its next try does not count. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Takes no more work; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const timer of this.#retries.values()) timer.cancel();
    this.#retries.clear();
    await this.idle();
  }

  #isIdle(): boolean {
    return this.#running.size === 0 && this.#waiting.size === 0;
  }

  #pump(): void {
    while (this.#running.size < this.#options.concurrency) {
      const next = this.#next();
      if (next === undefined) break;
      const [id, reasons] = next;
      this.#waiting.delete(id);
      this.#running.add(id);
      void this.#run(id, reasons);
    }
    if (!this.#isIdle()) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #next(): [Id, Set<RefreshReason>] | undefined {
    let check: [Id, Set<RefreshReason>] | undefined;
    for (const [id, reasons] of this.#waiting) {
      if (this.#running.has(id)) continue;
      if (reasons.size > 1 || !reasons.has("reconcile")) return [id, reasons];
      check ??= [id, reasons];
    }
    const placesLeft = this.#options.concurrency - this.#running.size;
    return placesLeft > 1 || this.#options.concurrency === 1 ? check : undefined;
  }

  async #run(id: Id, reasons: Set<RefreshReason>): Promise<void> {
    try {
      await this.#options.work(id, reasons);
      this.#attempts.delete(id);
    } catch (thrown) {
      const attempt = this.#attempts.get(id) ?? 0;
      this.#attempts.set(id, attempt + 1);
      this.#options.onFailure({ id, thrown, attempt });
      this.#retryLater(id, reasons, attempt);
    } finally {
      this.#running.delete(id);
      this.#pump();
    }
  }

  #retryLater(id: Id, reasons: Set<RefreshReason>, attempt: number): void {
    if (this.#stopped || this.#retries.has(id)) return;
    const delayMs = backoffDelayMs(attempt, { ...RETRY, random: this.#options.random });
    const timer = this.#options.clock.after(delayMs, () => {
      this.#retries.delete(id);
      for (const reason of reasons) this.request(id, reason);
    });
    this.#retries.set(id, timer);
  }
}
