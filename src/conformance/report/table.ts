import type { Outcome, Result } from "../suite.ts";
import { countOutcomes } from "./summary.ts";

/** How an outcome is shown: in a colour, or as it is. */
export type ShowOutcome = (outcome: Outcome, text: string) => string;

const OUTCOME_WIDTH = "skipped".length;
const LEVEL_WIDTH = "should".length;

/** One line for each requirement, and below it what was seen where it was broken, or why it was not checked. */
export function renderTable(results: readonly Result[], show: ShowOutcome): string {
  const width = Math.max(0, ...results.map(({ requirement }) => requirement.id.length));
  const indent = " ".repeat(OUTCOME_WIDTH + 2 + width + 2 + LEVEL_WIDTH + 2);
  const lines = results.flatMap(({ requirement, outcome, detail }) => {
    const shown = show(outcome, outcome.padEnd(OUTCOME_WIDTH));
    const level = requirement.level.padEnd(LEVEL_WIDTH);
    const head = `${shown}  ${requirement.id.padEnd(width)}  ${level}  ${requirement.title}`;
    return [head, `${indent}${detail}`];
  });
  const { passed, failed, skipped } = countOutcomes(results);
  return [...lines, "", `${passed} passed, ${failed} failed, ${skipped} skipped`].join("\n");
}
