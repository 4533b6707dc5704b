import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planFeature, planInSteps } from "../../../src/translate/feature/feature.ts";
import { feature, forIdentity, forSegment } from "../../support/build-snapshot.ts";
import { translate } from "./people.ts";

describe("warnings and metadata of a flag", () => {
  it("names what is of another type", () => {
    const one = feature(1, "f", {
      environment: { value: "text" },
      segmentOverrides: [forSegment(1, 0, { value: 5 }), forSegment(2, 1)],
      identityOverrides: [forIdentity("bob", { value: "t" })],
    });
    expect(translate(one).warnings).toEqual([
      {
        feature: "f",
        reason: "type_mismatch",
        detail: "string: control, 1 identity override; number: segment Beta; boolean: segment Gold",
      },
    ]);
  });

  it("keeps what helps the reader of a log", () => {
    const one = feature(4, "f", {
      description: ` ${"☃".repeat(250)}`,
      tags: ["zeta", "alpha"],
      environment: { value: "a" },
      options: [
        { id: 2, key: "second", value: "c" },
        { id: 1, key: null, value: "b" },
      ],
    });
    expect(translate(one).content.flags.f?.metadata).toEqual({
      "flagsmith.featureId": 4,
      "flagsmith.tags": "alpha,zeta",
      "flagsmith.description": "☃".repeat(200),
      "flagsmith.variant_2.key": "second",
    });
  });
});

it("a flag with nothing to decide is what the steps come to", () => {
  const plain = fc.record({
    semantics: fc.constantFrom("flagsmith" as const, "value" as const),
    enabled: fc.boolean(),
    value: fc.constantFrom(null, true, false, 0, 7, "", "text", "é ☃"),
    allocations: fc.array(fc.record({ optionId: fc.nat(3), percentage: fc.nat(100) }), { maxLength: 2 }),
    description: fc.constantFrom(null, "", " some "),
    tags: fc.subarray(["b", "a"]),
  });
  fc.assert(
    fc.property(plain, ({ semantics, description, tags, ...environment }) => {
      const one = feature(4, "f", { description, tags, environment });
      const scope = { settings: { semantics, identityOverrideLimit: 100 }, segment: () => undefined };
      const [plan, inSteps] = [planFeature(one, scope), planInSteps(one, scope)];
      expect(JSON.stringify(plan.render(() => undefined))).toBe(
        JSON.stringify(inSteps.render(() => undefined)),
      );
      expect([plan.findings, plan.segmentUses]).toEqual([inSteps.findings, inSteps.segmentUses]);
    }),
  );
});
