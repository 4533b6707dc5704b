import type { Result } from "../suite.ts";
import { countOutcomes, type ReportHead } from "./summary.ts";

/** The report for programs. */
export function renderJson(head: ReportHead, results: readonly Result[]): string {
  const { target, profile, version, startedAtMs, tookMs } = head;
  return JSON.stringify(
    {
      target,
      profile,
      version,
      startedAt: new Date(startedAtMs).toISOString(),
      tookMs: Math.round(tookMs),
      ...countOutcomes(results),
      results: results.map(({ requirement, outcome, detail, tookMs: checkMs }) => ({
        id: requirement.id,
        level: requirement.level,
        title: requirement.title,
        source: requirement.source,
        outcome,
        detail,
        tookMs: Math.round(checkMs),
      })),
    },
    undefined,
    2,
  );
}
