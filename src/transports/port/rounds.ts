import type { Clock, Timer } from "../../support/clock.ts";

/** Somebody who has time limits to keep. */
export interface Watched {
  /** @param nowMs monotonic */
  look(nowMs: number): void;
}

/** Milliseconds between two rounds, and so how late a limit may be noticed. */
const ROUND_MS = 1_000;

/** One timer for all who have limits of seconds: thousands of connections would each need several of their own. */
export class Rounds {
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Monotonic milliseconds, as {@link Watched.look} gets them. */
  nowMs(): number {
    return this.#clock.monotonicMs();
  }

  add(watched: Watched): void {
    this.#watched.add(watched);
    this.#timer ??= this.#clock.after(ROUND_MS, () => this.#go());
  }

  /** The timer stays for its round: members come and go with every request. */
  remove(watched: Watched): void {
    this.#watched.delete(watched);
  }

  stop(): void {
    this.#watched.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #go(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const watched of this.#watched) watched.look(nowMs);
    if (this.#watched.size > 0) this.#timer ??= this.#clock.after(ROUND_MS, () => this.#go());
  }
}
