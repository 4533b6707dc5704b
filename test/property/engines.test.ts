/** What the tests expect is what Flagsmith's own engines answer: the model of the server is held against both. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { checkElsewhere, prepare } from "./check.ts";
import { startPython } from "./evaluators/python.ts";
import { modelMembership } from "./expectation.ts";
import { unexpectedFlags } from "./flagsmith-flags.ts";
import { nodeEngine } from "./flagsmith-nodejs.ts";
import { anyCase, conditionCase } from "./generators/environments.ts";
import { caseOf, REGRESSIONS } from "./regressions.ts";
import { runs, SEEDS, TIMEOUT } from "./seeds.ts";

const python = await startPython();
afterAll(() => python?.close());

describe.each(SEEDS)("by %s", (_, seed) => {
  test("flagsmith-nodejs decides as expected wherever it sees the server's segments", {
    timeout: TIMEOUT,
  }, () => {
    let asked = 0;
    const property = fc.property(anyCase("flagsmith"), (one) => {
      const prepared = prepare(one);
      const ask = nodeEngine(one);
      const member = modelMembership(one.environment);
      const unexpected = unexpectedFlags(prepared, (person) => {
        const said = ask(person);
        const sameSegments = [...one.environment.segments.keys()].every(
          (id) => member(id, person) === said?.segmentIds.has(id),
        );
        asked += sameSegments ? 1 : 0;
        return sameSegments ? said?.flags : undefined;
      });
      expect(unexpected).toEqual([]);
    });
    fc.assert(property, runs(seed, 150));
    expect(asked).toBeGreaterThan(0);
  });

  test.skipIf(python === undefined)("the server's Python engine", { timeout: TIMEOUT }, async () => {
    for (const [arbitrary, numRuns] of [
      [anyCase("flagsmith"), 60],
      [conditionCase(), 40],
    ] as const) {
      const property = fc.asyncProperty(arbitrary, async (one) => {
        const said = await python?.flagsmith(one);
        expect(said?.differences).toEqual([]);
        const prepared = prepare(one, { membership: said?.membership });
        expect(unexpectedFlags(prepared, (_person, index) => said?.flags[index])).toEqual([]);
      });
      await fc.assert(property, runs(seed, numRuns));
    }
  });

  test.skipIf(python === undefined)("flagd's Python evaluator", { timeout: TIMEOUT }, async () => {
    const property = fc.asyncProperty(fc.oneof(anyCase("flagsmith"), conditionCase()), async (one) => {
      if (python !== undefined) await checkElsewhere(one, python.flagd);
    });
    await fc.assert(property, runs(seed, 80));
  });
});

test.skipIf(python === undefined)(
  "flagd's Python evaluator answers every counter-example",
  { timeout: TIMEOUT },
  async () => {
    for (const one of REGRESSIONS) if (python !== undefined) await checkElsewhere(caseOf(one), python.flagd);
  },
);

test.skipIf(python === undefined)(
  "every counter-example is one by Flagsmith's Python engine",
  { timeout: TIMEOUT },
  async () => {
    for (const one of REGRESSIONS) {
      const found = caseOf(one);
      const said = await python?.flagsmith(found);
      const [person] = found.people;
      expect([one.name, person && said?.membership(1, person)]).toEqual([one.name, one.holds]);
    }
  },
);
