import type { Clock, Timer } from "../../support/clock.ts";

/** Somebody who is in the middle of writing to a client. */
export interface Writer {
  /** The client has not taken the message in time. The write is no longer watched. */
  tooSlow(): void;
}

/** Watches the writes that clients have not taken yet, with one timer for all: a push begins thousands in one instant. */
export class OpenWrites {
  readonly #clock: Clock;
  readonly #limitMs: number;
  /** When each began, oldest first. */
  readonly #beganMs = new Map<Writer, number>();
  #timer: Timer | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** A message was handed to the connection. */
  began(writer: Writer): void {
    this.#beganMs.set(writer, this.#clock.monotonicMs());
    this.#timer ??= this.#clock.after(this.#limitMs, () => this.#look());
  }

  /** The client took it, or is gone. */
  ended(writer: Writer): void {
    if (!this.#beganMs.delete(writer) || this.#beganMs.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const [writer, beganMs] of this.#beganMs) {
      const leftMs = beganMs + this.#limitMs - nowMs;
      if (leftMs > 0) {
        this.#timer ??= this.#clock.after(leftMs, () => this.#look());
        return;
      }
      this.#beganMs.delete(writer);
      writer.tooSlow();
    }
  }
}
