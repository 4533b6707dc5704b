/** The limits are real, go no further than they say, and are those that users read of. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { condition } from "../support/build-snapshot.ts";
import { COMPACT, checkHere, judge, LOCAL_EVALUATORS, prepare } from "./check.ts";
import { modelMembership } from "./expectation.ts";
import { LIMITS } from "./limits.ts";
import { caseOf } from "./regressions.ts";

describe("known limits", () => {
  test.for(LIMITS.map((one) => [one.name, one] as const))("%s", ([name, { allows, example }]) => {
    const { operator, value, trait } = example;
    const one = caseOf({ name, condition: condition("a", operator, value), trait, holds: true });
    const prepared = prepare(one);
    const { environment, people } = prepared;
    const member = modelMembership(environment);
    const differing = LOCAL_EVALUATORS.flatMap((evaluator) =>
      judge(prepared, evaluator.name, evaluator.answersNow(prepared.question)).filter(
        ({ answer, feature, person }) => {
          const [override] = feature.segmentOverrides;
          const isOn = answer === '"on"';
          return override !== undefined && isOn !== member(override.segmentId, person);
        },
      ),
    );
    expect(people).toHaveLength(1);
    expect(differing).not.toEqual([]);
    const verdicts = new Set(differing.map(({ verdict }) => verdict));
    expect([...verdicts]).toEqual([allows === "narrower" ? "narrowed" : "open"]);
  });

  test.for([
    ["^0\\.30", "0.30000000000000004"],
    ["^0\\.3$", "0.30000000000000000001"],
    ["^0\\.2", "0.19999999999999999999"],
    ["^0\\.1", "0.19999999999999999999"],
    ["^9.*9$", "9007199254740993.0"],
    [".*e-05$", "0.00001"],
    ["^0\\.0000", "0.00001"],
    ["^1", "12345678901234567.5"],
    ["^0\\.0000", 0.00001],
    ["^0\\.0009", -0.00095],
  ] as const)(
    "%s never takes in, nor leaves out of NONE, whom Flagsmith does not: %s",
    ([pattern, trait]) => {
      const holds = { name: "", condition: condition("a", "REGEX", pattern), trait, holds: true };
      checkHere(caseOf(holds));
      checkHere(caseOf(holds), COMPACT);
    },
  );

  test("are those of docs/translation.md", () => {
    const [, section = ""] =
      /^## Known limits\n([\s\S]*?)^## /m.exec(readFileSync("docs/translation.md", "utf8")) ?? [];
    const named = [...section.matchAll(/^\| ([a-z][^|]*?) +\|/gm)].map(([, name]) => name);
    expect(named.filter((name) => name !== "limit")).toEqual(LIMITS.map(({ name }) => name));
  });
});
