/**
 * Disagreements that are known and not cured yet: nightly runs count and list them, CI does not fail on them. Whoever
 * cures one deletes its entry here, and `open` from its cases in regressions.test.ts.
 */
import type { Condition, SegmentRule } from "../../src/model/environment.ts";
import type { Judgement, Prepared } from "./check.ts";
import { hasKey } from "./expectation.ts";
import type { Person } from "./model/condition.ts";
import type { Trait } from "./model/trait.ts";

interface OpenFinding {
  readonly name: string;
  /** Whether the condition may answer wrongly on this value. */
  readonly concerns: (condition: Condition, trait: Trait) => boolean;
}

const OPEN_FINDINGS: readonly OpenFinding[] = [];

/** The open finding that may be behind a disagreement, if one is. */
export function openFinding({ environment }: Prepared, { feature, person }: Judgement): string | undefined {
  const conditions = feature.segmentOverrides.flatMap(({ segmentId }) =>
    conditionsOf(environment.segments.get(segmentId)?.rules ?? []),
  );
  return OPEN_FINDINGS.find(({ concerns }) =>
    conditions.some((condition) => valuesOf(condition, person).some((value) => concerns(condition, value))),
  )?.name;
}

function conditionsOf(rules: readonly SegmentRule[]): readonly Condition[] {
  return rules.flatMap(({ conditions, rules: nested }) => [...conditions, ...conditionsOf(nested)]);
}

/** What the condition may look at: the trait, or for a path the identifier and any trait. */
function valuesOf({ property }: Condition, person: Person): readonly Trait[] {
  if (property === null) return [];
  if (!property.startsWith("$.")) return [person.traits[property] ?? null];
  return [...Object.values(person.traits), hasKey(person) ? person.identifier : null];
}
