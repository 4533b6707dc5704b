import type { Outcome } from "./run-fault.ts";

/** One run of the program. */
export interface ChaosReport {
  readonly seed: number;
  readonly quick: boolean;
  readonly startedAt: string;
  readonly node: string;
  readonly outcomes: readonly Outcome[];
}

function seconds(ms: number | null): string {
  return ms === null ? "never" : `${(ms / 1_000).toFixed(2)} s`;
}

/** The table of the faults, in the order in which they were injected, and below it what was wrong. */
export function reportMarkdown(report: ChaosReport): string {
  const { seed, outcomes } = report;
  const survived = outcomes.filter((outcome) => outcome.survived).length;
  const findings = outcomes.flatMap(({ name, findings: found }) => found.map((text) => `- ${name}: ${text}`));
  return [
    "| fault | what was done | injected | survived | time to recover | allowed | messages | changes |",
    "|---|---|---:|---|---:|---:|---:|---:|",
    ...outcomes.map(
      (one) =>
        `| ${one.name} | ${one.title} | ${one.injected} | ${one.survived ? "yes" : "**no**"} | ` +
        `${seconds(one.recoveredMs)} | ${seconds(one.allowedMs)} | ${one.messages} | ${one.changes} |`,
    ),
    "",
    ...(findings.length > 0 ? [...findings, ""] : []),
    `${survived} of ${outcomes.length} faults survived; seed ${seed}.`,
  ].join("\n");
}
