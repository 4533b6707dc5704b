/** bench: measures the push path, side by side with others, on one machine in one run. Nothing here is asserted by tests. */

/** What a scenario may use. */
export interface Bench {
  /** Fewer rounds and smaller sets: to see that it works, not to quote from. */
  readonly quick: boolean;
  /** Tells the person who waits. */
  say(text: string): void;
}

/** One cell of a table. Numbers are rounded when shown. */
export type Cell = string | number;

/** A table of a scenario's results. */
export interface Table {
  readonly caption?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A figure beside what it should be. */
export interface Verdict {
  readonly what: string;
  readonly measured: number;
  readonly target: string;
  readonly met: boolean;
}

/** What a scenario found. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly verdicts?: readonly Verdict[];
  readonly remarks?: readonly string[];
}

/** One question that the bench answers. */
export interface Scenario {
  readonly letter: string;
  readonly title: string;
  readonly run: (bench: Bench) => Promise<Findings>;
}

/** A verdict on a figure that must not be above a limit. */
export function atMost(what: string, measured: number, limit: number, unit: string): Verdict {
  return { what, measured, target: `at most ${limit} ${unit}`, met: measured <= limit };
}

/** A verdict on a figure that must not be below a limit. */
export function atLeast(what: string, measured: number, limit: number, unit: string): Verdict {
  return { what, measured, target: `at least ${limit} ${unit}`, met: measured >= limit };
}
