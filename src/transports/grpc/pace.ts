import type { Clock, Timer } from "../../support/clock.ts";

/**
 * What a document is thought to cost a client, in ms, on a machine with other work: alone on two cores flagd's Java
 * provider takes 200 for 23 KB, and 6 s for a megabyte (facts/flagd.md).
 */
const COST_MS = 200;
const COST_MS_PER_BYTE = 0.02;
/** So many documents may wait in the client beside the one that it works on: not half of its queue. */
const MOST_WAITING = 2;

/**
 * Keeps documents from coming faster than a client works them off. flagd's Java provider (0.11.8 to 0.11.15 were tried:
 * docs/clients.md) validates each one and drops the newest when five wait, and would answer from an old one until the next
 * change. The first few of a burst go out at once; while a stream is held its slot keeps the newest alone.
 */
export class Pace {
  readonly #clock: Clock;
  #doneAtMs = 0;
  #allowanceMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nothing may be sent now; then it calls `resume` as soon as something may. */
  holds(resume: () => void): boolean {
    const waitMs = this.#doneAtMs - this.#allowanceMs - this.#clock.monotonicMs();
    if (waitMs <= 0) return false;
    this.#timer ??= this.#clock.after(waitMs, () => {
      this.#timer = undefined;
      resume();
    });
    return true;
  }

  /** A document of so many bytes goes out. */
  sent(bytes: number): void {
    const costMs = Math.ceil(COST_MS + bytes * COST_MS_PER_BYTE);
    this.#doneAtMs = Math.max(this.#doneAtMs, this.#clock.monotonicMs()) + costMs;
    this.#allowanceMs = MOST_WAITING * costMs;
  }

  /** Calls nobody any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

/** The pace of a client that needs one, known by its user agent; the others take what comes. */
export function paceFor(userAgent: string | undefined, clock: Clock): Pace | undefined {
  return userAgent?.includes("grpc-java") === true ? new Pace(clock) : undefined;
}
