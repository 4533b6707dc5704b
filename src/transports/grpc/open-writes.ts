import type { Clock, Timer } from "../../support/clock.ts";

/** Somebody who is in the middle of writing to a client. */
export interface Writer {
  /** The client has not taken the message in time. The write is no longer watched. */
  tooSlow(): void;
}

/** Writes that begin within so many ms of the first belong to one push. */
const SAME_PUSH_MS = 1_000;

/** However much the rest of a push moves, no client has longer than so many times the limit. */
const LONGEST = 10;

interface Push {
  readonly beganMs: number;
  /** When its last write began or was taken. */
  lastMs: number;
}

/**
 * Watches the writes that clients have not taken yet, with one timer for all: a push begins thousands in one instant. A large
 * push may keep the network busy for longer than the limit, and those who are served last are not slow for that: the limit
 * counts from when a write of the same push was last taken.
 */
export class OpenWrites {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #open = new Map<Writer, Push>();
  #push: Push | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** A message was handed to the connection. */
  began(writer: Writer): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#push === undefined || nowMs - this.#push.beganMs > SAME_PUSH_MS) {
      this.#push = { beganMs: nowMs, lastMs: nowMs };
    }
    this.#push.lastMs = nowMs;
    this.#open.set(writer, this.#push);
    this.#timer ??= this.#clock.after(this.#limitMs, () => this.#look());
  }

  /** The client took it. */
  taken(writer: Writer): void {
    const push = this.#open.get(writer);
    if (push === undefined) return;
    push.lastMs = this.#clock.monotonicMs();
    this.gone(writer);
  }

  /** The client is gone, or is not written to any more. */
  gone(writer: Writer): void {
    if (!this.#open.delete(writer) || this.#open.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [writer, { beganMs, lastMs }] of this.#open) {
      const leftMs = Math.min(lastMs + this.#limitMs, beganMs + LONGEST * this.#limitMs) - nowMs;
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs);
      else {
        this.#open.delete(writer);
        writer.tooSlow();
      }
    }
    if (this.#open.size > 0) this.#timer ??= this.#clock.after(nextMs, () => this.#look());
  }
}
