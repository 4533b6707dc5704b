/**
 * Counter-examples that the property tests found: each stays right once it is. A known limit is no excuse here, a warning is.
 */
import { describe, expect, test } from "vitest";
import { COMPACT, checkHere, explain, isBroken, judge, LOCAL_EVALUATORS, prepare } from "./check.ts";
import { modelMembership } from "./expectation.ts";
import { caseOf, REGRESSIONS } from "./regressions.ts";

describe("counter-examples", () => {
  test.for(REGRESSIONS.map((one) => [one.name, one] as const))("%s", ([, one], { skip }) => {
    const prepared = prepare(caseOf(one));
    const [person] = prepared.people;
    const member = modelMembership(prepared.environment);
    expect(person && member(1, person)).toBe(one.holds);
    for (const { name, answersNow } of LOCAL_EVALUATORS) {
      const warned = new Set(prepared.translation.warnings.map(({ feature }) => feature));
      const broken = judge(prepared, name, answersNow(prepared.question)).find(
        (judged) => isBroken(judged) || (judged.verdict === "narrowed" && !warned.has(judged.feature.name)),
      );
      if (broken !== undefined && one.open) skip(`open, see open-findings.ts: ${name}`);
      expect(broken && explain(prepared, broken)).toBeUndefined();
    }
  });

  test.for(REGRESSIONS.map((one) => [one.name, one] as const))("%s, in the compact forms", ([, one]) => {
    checkHere(caseOf(one), COMPACT);
  });
});
