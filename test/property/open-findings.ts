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

const OPEN_FINDINGS: readonly OpenFinding[] = [
  {
    name: "REGEX on a number that not all evaluators print alike",
    concerns: ({ operator }, trait) =>
      operator === "REGEX" && (typeof trait === "number" ? isExtreme(trait) : hasManyDigits(trait)),
  },
  {
    name: "IN, a number among texts that Go reads as numbers",
    concerns: ({ operator, value }, trait) =>
      operator === "IN" && typeof trait === "number" && /[0-9]|inf|nan/i.test(value ?? ""),
  },
  {
    name: "EQUAL, dozens of zeros before a fraction",
    concerns: ({ operator }, trait) =>
      operator === "EQUAL" && typeof trait === "string" && /^-?0{16}[0-9]*\./.test(trait),
  },
];

function isExtreme(number: number): boolean {
  return number !== 0 && (Math.abs(number) < 1e-4 || Math.abs(number) >= 1e15);
}

/** More digits than a float has. */
function hasManyDigits(trait: Trait): boolean {
  return typeof trait === "string" && /^-?[0-9]+\.[0-9]+$/.test(trait) && trait.length > 16;
}

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
