import type { Instruments } from "./instruments.ts";

/** What the keeping of documents on disk reports. */
export interface StateMetrics {
  /** A file was written, was up to date, or was left alone. */
  saved(outcome: string): void;
  /** Writing failed, and is tried again. */
  failing(now: boolean): void;
  /** Files that are yet to be written. */
  waiting(count: number): void;
  /** A file was not believed at start. */
  refused(code: string): void;
}

/** Puts the figures of STATE_DIR on the instruments. */
export function stateMetrics(on: Instruments): StateMetrics {
  return {
    saved: (outcome) => on.stateSaves.inc({ outcome }),
    failing: (now) => on.stateFailing.set(now ? 1 : 0),
    waiting: (count) => on.stateWaiting.set(count),
    refused: (code) => on.stateRefused.inc({ code }),
  };
}
