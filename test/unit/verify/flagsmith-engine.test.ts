import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot } from "../../../src/model/environment.ts";
import { createFlagsmithEngine } from "../../../src/verify/flagsmith-engine.ts";
import type { Person } from "../../../src/verify/person.ts";
import {
  condition,
  feature,
  forIdentity,
  forSegment,
  options,
  rule,
  segment,
  snapshot,
  split,
} from "../../support/build-snapshot.ts";
import { describeWithShared, readSharedJson } from "../../support/shared-folder.ts";

const someone: Person = { identifier: "someone", traits: { plan: "gold" } };

async function ask(environment: EnvironmentSnapshot, person: Person): Promise<unknown> {
  const answer = (await createFlagsmithEngine(environment).answer(person)).get("f");
  return answer?.enabled === true ? answer.value : "off";
}

const gold = condition("plan", "EQUAL", "gold");

describe("Flagsmith's engine for Node, corrected to its server", () => {
  it("lets the highest state id decide between equal priorities", async () => {
    const overrides = [
      forSegment(1, 5, { id: 10, value: "older" }),
      forSegment(2, 5, { id: 11, value: "newer" }),
    ];
    for (const segmentOverrides of [overrides, overrides.toReversed()]) {
      const environment = snapshot({
        features: [feature(1, "f", { segmentOverrides })],
        segments: [segment(1, "a", gold), segment(2, "b", gold)],
      });
      expect(await ask(environment, someone)).toBe("newer");
      expect((await createFlagsmithEngine(environment).answer(someone)).get("f")).toMatchObject({
        stateId: 11,
      });
    }
  });

  it("counts multivariate options on identity overrides", async () => {
    const one = feature(1, "f", {
      options: options("green"),
      environment: { value: "red" },
      identityOverrides: [forIdentity("someone", { value: "red", allocations: split(100) })],
    });
    expect(await ask(snapshot({ features: [one] }), someone)).toBe("green");
  });

  it.each(["007", "1.50", "a,b", '["x"]'])("gives %s its override, and nobody else", async (identifier) => {
    const environment = snapshot({
      features: [
        feature(1, "f", {
          environment: { value: "theirs" },
          identityOverrides: [forIdentity(identifier, { value: "own" })],
        }),
      ],
    });
    expect(await ask(environment, { identifier, traits: {} })).toBe("own");
    for (const other of ["7", "1.5", "a", "b", "x", undefined]) {
      expect(await ask(environment, { identifier: other, traits: {} })).toBe("theirs");
    }
  });

  it("asks no segment for nobody", async () => {
    const environment = snapshot({
      features: [feature(1, "f", { segmentOverrides: [forSegment(1, 0, { value: "x" })] })],
      segments: [segment(1, "a", rule("NONE", gold))],
    });
    expect(await ask(environment, { identifier: undefined, traits: {} })).toBeNull();
    expect(await ask(environment, { identifier: "u", traits: {} })).toBe("x");
  });

  it("resolves paths, and prefers a trait of that very name", async () => {
    const environment = snapshot({
      features: [feature(1, "f", { environment: { enabled: false }, segmentOverrides: [forSegment(1, 0)] })],
      segments: [segment(1, "a", condition("$.environment.name", "EQUAL", "Production"))],
    });
    expect(await ask(environment, someone)).toBeNull();
    const renamed = { identifier: "u", traits: { "$.environment.name": "else" } };
    expect(await ask(environment, renamed)).toBe("off");
  });
});

interface ConditionsTruth {
  readonly conditions: readonly { readonly operator: string; readonly value: string }[];
  readonly traits: readonly Person["traits"][];
  readonly answers: readonly string[];
}

describeWithShared("Flagsmith's engine for Node, corrected, against what its server runs", (folder) => {
  it("agrees on every condition and trait that JSON can tell apart", async () => {
    const truth = readSharedJson(folder, "flagsmith/conditions-truth.json.gz") as ConditionsTruth;
    const engine = createFlagsmithEngine(
      snapshot({
        features: truth.conditions.map((_, index) =>
          feature(index + 1, String(index), {
            environment: { enabled: false },
            segmentOverrides: [forSegment(index + 1, 0)],
          }),
        ),
        segments: truth.conditions.map(({ operator, value }, index) =>
          segment(index + 1, "s", condition("a", operator, value)),
        ),
      }),
    );
    const seen = new Set<string>();
    const different: string[] = [];
    let compared = 0;
    for (const [column, traits] of truth.traits.entries()) {
      // 5.0 comes after 5, and JavaScript reads both as 5.
      if (seen.has(JSON.stringify(traits))) continue;
      seen.add(JSON.stringify(traits));
      const answers = await engine.answer({ identifier: "u", traits });
      for (const [row, { operator, value }] of truth.conditions.entries()) {
        const expected = truth.answers[row]?.[column];
        if (expected === "X") continue;
        compared += 1;
        const got = answers.get(String(row))?.enabled ? "T" : "F";
        if (got !== expected) different.push(`${operator} ${value} ${JSON.stringify(traits)}: ${expected}`);
      }
    }
    expect(different).toEqual([]);
    expect(compared).toBeGreaterThan(30_000);
  });
});
