import type { Clock, Timer } from "../support/clock.ts";
import type { DatabaseTime } from "./database-time.ts";

/**
 * No single wait is longer: after it the time left is reckoned anew, so that timers beyond 24.8 days, a machine that
 * slept and a database clock that was set all come right.
 */
const LONGEST_WAIT_MS = 60_000;

/**
 * Wakes its owner when something becomes live, or expires, by the passing of time alone (facts/flagsmith.md,
 * section 7). At most one moment per subject: the earliest; the reading that follows names the next.
 */
export class Schedule<Subject> {
  readonly #clock: Clock;
  readonly #databaseTime: DatabaseTime;
  readonly #onDue: (subject: Subject, dueAtMs: number) => void;
  readonly #dueAt = new Map<Subject, number>();
  #timer: Timer | undefined;

  constructor(options: {
    clock: Clock;
    databaseTime: DatabaseTime;
    onDue: (subject: Subject, dueAtMs: number) => void;
  }) {
    this.#clock = options.clock;
    this.#databaseTime = options.databaseTime;
    this.#onDue = options.onDue;
  }

  /** Sets or, with `null`, removes the moment (epoch milliseconds by the database's clock) of a subject. */
  set(subject: Subject, dueAtMs: number | null): void {
    if (dueAtMs === null) this.#dueAt.delete(subject);
    else this.#dueAt.set(subject, dueAtMs);
    this.#arm();
  }

  /** Moments ahead, earliest first. */
  upcoming(): readonly { readonly subject: Subject; readonly dueAtMs: number }[] {
    return [...this.#dueAt]
      .map(([subject, dueAtMs]) => ({ subject, dueAtMs }))
      .sort((left, right) => left.dueAtMs - right.dueAtMs);
  }

  stop(): void {
    this.#dueAt.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#dueAt.size === 0) return;
    const earliestMs = Math.min(...this.#dueAt.values());
    const waitMs = Math.ceil(Math.max(0, earliestMs - this.#databaseTime.nowMs()));
    this.#timer = this.#clock.after(Math.min(waitMs, LONGEST_WAIT_MS), () => this.#wake());
  }

  #wake(): void {
    const nowMs = this.#databaseTime.nowMs();
    const due = [...this.#dueAt].filter(([, dueAtMs]) => dueAtMs <= nowMs);
    for (const [subject] of due) this.#dueAt.delete(subject);
    this.#arm();
    for (const [subject, dueAtMs] of due) this.#onDue(subject, dueAtMs);
  }
}
