import type { Clock, Timer } from "../../src/support/clock.ts";

/** A clock that stands still until a test turns it; the wall may be set apart from the monotonic time. */
export class ManualClock implements Clock {
  #wallMs: number;
  #monotonicMs = 1_000;
  readonly #timers = new Map<Timer, { dueMs: number; call: () => void }>();

  constructor(wallMs = Date.UTC(2026, 10, 23, 12, 0, 0)) {
    this.#wallMs = wallMs;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, call: () => void): Timer {
    const timer: Timer = { cancel: () => void this.#timers.delete(timer) };
    this.#timers.set(timer, { dueMs: this.#monotonicMs + delayMs, call });
    return timer;
  }

  /** Lets time pass; timers fire in their order, also those that were set meanwhile. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    for (;;) {
      const next = [...this.#timers].sort(([, left], [, right]) => left.dueMs - right.dueMs)[0];
      if (next === undefined || next[1].dueMs > endMs) break;
      this.#moveTo(Math.max(this.#monotonicMs, next[1].dueMs));
      this.#timers.delete(next[0]);
      next[1].call();
    }
    this.#moveTo(endMs);
  }

  /** Sets the wall clock, as an administrator or NTP would. */
  setWall(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  /** Delays of the timers that wait, shortest first. */
  get delays(): readonly number[] {
    return [...this.#timers.values()].map(({ dueMs }) => dueMs - this.#monotonicMs).sort((a, b) => a - b);
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}
