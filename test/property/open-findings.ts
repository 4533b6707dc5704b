/**
 * Disagreements that are known and not cured yet: nightly runs count and list them, CI does not fail on them. Whoever
 * cures one deletes its entry here, and `open` from its cases in regressions.test.ts.
 */
import type { Condition } from "../../src/model/environment.ts";
import { asksFor } from "./asked-values.ts";
import type { Judgement, Prepared } from "./check.ts";
import type { Trait } from "./model/trait.ts";

interface OpenFinding {
  readonly name: string;
  /** Whether the condition may answer wrongly on this value. */
  readonly concerns: (condition: Condition, trait: Trait) => boolean;
}

const OPEN_FINDINGS: readonly OpenFinding[] = [];

/** The open finding that may be behind a disagreement, if one is. */
export function openFinding({ environment }: Prepared, { feature, person }: Judgement): string | undefined {
  const rules = feature.segmentOverrides.flatMap(
    ({ segmentId }) => environment.segments.get(segmentId)?.rules ?? [],
  );
  return OPEN_FINDINGS.find(({ concerns }) => asksFor(rules, person, concerns))?.name;
}
