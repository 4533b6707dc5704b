import { describe, expect, test } from "vitest";
import { type Answer, evaluateAll, translate } from "./evaluate.ts";
import { type ConditionsTruth, truth } from "./truth.ts";

/** What the measured reference reaches per operator (facts/encodings.md, section 4, exact, N = 16). */
const REFERENCE: Readonly<Record<string, number>> = {
  EQUAL: 3104,
  NOT_EQUAL: 3103,
  GREATER_THAN: 3105,
  GREATER_THAN_INCLUSIVE: 3104,
  LESS_THAN: 3103,
  LESS_THAN_INCLUSIVE: 3102,
  ":semver": 4662,
  CONTAINS: 1554,
  NOT_CONTAINS: 1554,
  IN: 2543,
  MODULO: 2109,
  IS_SET: 111,
  IS_NOT_SET: 111,
  REGEX: 2983,
};

interface Score {
  cases: number;
  equal: number;
  errors: number;
  widened: number;
}

describe.skipIf(truth === undefined)("309 conditions against Flagsmith's engine", () => {
  const known = truth as ConditionsTruth;

  for (const negated of [false, true]) {
    test(`exact${negated ? " below NONE" : ""} reaches the reference and never fails`, () => {
      const scores = score(known, "exact", negated);
      for (const [operator, { equal, errors }] of scores) {
        expect.soft(errors, operator).toBe(0);
        expect.soft(equal, operator).toBeGreaterThanOrEqual(REFERENCE[operator] ?? Number.POSITIVE_INFINITY);
      }
      expect([...scores.keys()].sort()).toEqual(Object.keys(REFERENCE).sort());
    });

    test(`compact${negated ? " below NONE" : ""} never lets in whom Flagsmith keeps out`, () => {
      for (const [operator, { errors, widened }] of score(known, "compact", negated)) {
        expect.soft(errors, operator).toBe(0);
        expect.soft(widened, operator).toBe(0);
      }
    });
  }
});

function score(
  { conditions, traits, answers }: ConditionsTruth,
  encoding: "exact" | "compact",
  negated: boolean,
): ReadonlyMap<string, Score> {
  const logics = conditions.map((condition) => {
    const { logic } = translate(condition, { encoding, negated });
    return negated ? { "!": [logic] } : logic;
  });
  const given = evaluateAll(logics, traits);
  const scores = new Map<string, Score>();
  for (const [row, condition] of conditions.entries()) {
    const truths = answers[row] ?? "";
    const total = scoreOf(scores, condition);
    for (const column of traits.keys()) {
      const expected = negated ? inverted(truths[column]) : truths[column];
      const actual: Answer = given[row]?.[column] ?? "E";
      total.cases += 1;
      if (actual === expected) total.equal += 1;
      if (actual === "E") total.errors += 1;
      if (actual === "T" && expected !== "T" && isDecidable(traits, truths, column)) total.widened += 1;
    }
  }
  print(`${encoding}${negated ? ", below NONE" : ""}`, scores);
  return scores;
}

function scoreOf(
  scores: Map<string, Score>,
  { operator, value }: ConditionsTruth["conditions"][number],
): Score {
  const isVersion = value.endsWith(":semver") && !operator.endsWith("CONTAINS");
  const name = isVersion ? ":semver" : operator;
  const found = scores.get(name) ?? { cases: 0, equal: 0, errors: 0, widened: 0 };
  scores.set(name, found);
  return found;
}

/** JSON cannot tell 5.0 from 5: where Flagsmith answers otherwise for the two, nothing can be right for both. */
function isDecidable(traits: ConditionsTruth["traits"], truths: string, column: number): boolean {
  const wanted = JSON.stringify(traits[column]);
  return !traits.some((trait, other) => JSON.stringify(trait) === wanted && truths[other] !== truths[column]);
}

/** Where Flagsmith's engine raises (X), nobody may get in. */
function inverted(answer: string | undefined): string {
  if (answer === "X") return "F";
  return answer === "T" ? "F" : "T";
}

function print(title: string, scores: ReadonlyMap<string, Score>): void {
  const rows = [...scores].map(
    ([operator, { cases, equal, errors, widened }]) =>
      `  ${operator.padEnd(24)}${String(equal).padStart(5)} of ${String(cases).padStart(5)}  errors ${errors}  widened ${widened}`,
  );
  console.log([title, ...rows].join("\n"));
}
