import type { Outcome, Result } from "../suite.ts";

/** How many results there are of each outcome. */
export function countOutcomes(results: readonly Result[]): Readonly<Record<Outcome, number>> {
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

/** What the suite was run against, for those reports that are kept. */
export interface ReportHead {
  readonly target: string;
  readonly profile: string;
  /** Of the suite itself. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  readonly tookMs: number;
}
