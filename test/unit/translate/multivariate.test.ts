import { describe, expect, it } from "vitest";
import type { Feature } from "../../../src/model/environment.ts";
import { feature, forIdentity, forSegment, options, split } from "../../support/build-snapshot.ts";
import { type Context, checkSchema, flagd } from "./evaluate.ts";
import { bob, other, translate } from "./people.ts";

describe("multivariate", () => {
  const COLOURS = options("red", "green");
  const keys = Array.from({ length: 2000 }, (_, index) => `user-${index}`);
  const shares = (one: Feature, attributes: Context = {}, settings = {}) => {
    const ask = flagd(translate(one, settings));
    const counts: Record<string, number> = {};
    for (const targetingKey of keys) {
      const value = String(ask("f", { targetingKey, ...attributes }));
      counts[value] = (counts[value] ?? 0) + 1 / 20;
    }
    return counts;
  };

  it("splits by percentage, the rest to control, and answers control without identity", () => {
    const one = feature(1, "f", {
      environment: { value: "blue", allocations: split(10, 30) },
      options: COLOURS,
    });
    const { red, green, blue } = shares(one);
    expect(red).toBeCloseTo(10, -0.7);
    expect(green).toBeCloseTo(30, -0.7);
    expect(blue).toBeCloseTo(60, -0.7);
    const translation = translate(one);
    const ask = flagd(translation);
    for (const targetingKey of [undefined, null, "", 5, true, ["a"]])
      expect(ask("f", { targetingKey })).toBe("blue");
    expect(ask("f")).toBe("blue");
    expect(translation.warnings.map(({ reason }) => reason)).toEqual(["percentage_bucketing_differs"]);
    checkSchema(translation);
  });

  it("scales decimals and seeds with identity and feature", () => {
    const one = feature(1, "f", {
      environment: { value: "blue", allocations: split(33.3, 12.5) },
      options: COLOURS,
    });
    expect(JSON.stringify(translate(one).content.flags.f?.targeting)).toContain(
      '{"fractional":[{"cat":[{"var":"targetingKey"},"f"]},["variant_1",333],["variant_2",125],["control",542]]}',
    );
  });

  it("an override's own allocations decide inside its branch, and without any it is a plain value", () => {
    const one = feature(1, "f", {
      environment: { value: "blue", allocations: split(50, 50) },
      options: COLOURS,
      segmentOverrides: [
        forSegment(1, 0, { value: "grey", allocations: split(0, 20) }),
        forSegment(2, 1, { value: "gold" }),
      ],
      identityOverrides: [forIdentity("bob", { value: "grey", allocations: split(100) })],
    });
    const inBeta = shares(one, { beta: "yes" });
    expect(Object.keys(inBeta).sort()).toEqual(["green", "grey"]);
    expect(inBeta.green).toBeCloseTo(20, -0.7);
    expect(shares(one, { plan: "gold" })).toEqual({ gold: expect.closeTo(100) });
    const ask = flagd(translate(one));
    expect(ask("f", bob)).toBe("red");
    expect(ask("f", { beta: "yes" })).toBe("grey");
    expect(ask("f", {})).toBe("blue");
  });

  it("one option at 100 % needs an identity and no fractional", () => {
    const one = feature(1, "f", {
      environment: { value: "blue", allocations: split(100) },
      options: COLOURS,
    });
    const translation = translate(one);
    expect(flagd(translation)("f", other)).toBe("red");
    expect(flagd(translation)("f", {})).toBe("blue");
    expect(JSON.stringify(translation.content)).not.toContain("fractional");
    expect(translation.warnings).toEqual([]);
  });

  it("a state that is off is off, whatever its allocations", () => {
    const one = feature(1, "f", {
      environment: { enabled: false, value: "blue", allocations: split(50, 50) },
      options: COLOURS,
      segmentOverrides: [forSegment(1, 0, { value: "grey" })],
    });
    const translation = translate(one);
    expect(flagd(translation)("f", other)).toBeUndefined();
    expect(translation.warnings).toEqual([]);
  });

  it("a plain override before a split is kept, even if it equals control", () => {
    const one = feature(1, "f", {
      environment: { value: "blue", allocations: split(50, 50) },
      options: COLOURS,
      segmentOverrides: [forSegment(1, 0, { value: "blue" })],
    });
    expect(shares(one, { beta: "yes" })).toEqual({ blue: expect.closeTo(100) });
  });
});
