import { describe, expect, it } from "vitest";
import { feature, forIdentity, forSegment } from "../../support/build-snapshot.ts";
import { flagd } from "./evaluate.ts";
import { beta, bob, both, type Case, checkCase, DEFAULT, gold, goldBob, other, translate } from "./people.ts";

describe("order of decision", () => {
  const cases: Case[] = [
    [
      "the lowest priority decides",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [forSegment(1, 5, { value: "b" }), forSegment(2, 1, { value: "g" })],
      }),
      [
        [beta, "b"],
        [gold, "g"],
        [both, "g"],
        [other, "e"],
      ],
    ],
    [
      "of equal priorities the highest state id decides, as on Flagsmith's server",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [
          forSegment(1, 0, { id: 20, value: "b" }),
          forSegment(2, 0, { id: 10, value: "g" }),
        ],
      }),
      [[both, "b"]],
    ],
    [
      "an override equal to control stands before another one",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [forSegment(1, 0, { value: "e" }), forSegment(2, 1, { value: "g" })],
      }),
      [
        [beta, "e"],
        [both, "e"],
        [gold, "g"],
      ],
    ],
    [
      "an off override stands before one that is on",
      feature(1, "f", {
        environment: { enabled: false, value: "e" },
        segmentOverrides: [
          forSegment(1, 0, { enabled: false, value: "b" }),
          forSegment(2, 1, { value: "g" }),
        ],
      }),
      [
        [beta, DEFAULT],
        [both, DEFAULT],
        [gold, "g"],
        [other, DEFAULT],
      ],
    ],
    [
      "an identity override stands before every segment",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [forSegment(2, 0, { value: "g" })],
        identityOverrides: [forIdentity("bob", { value: "i" }), forIdentity("eve", { enabled: false })],
      }),
      [
        [goldBob, "i"],
        [bob, "i"],
        [gold, "g"],
        [{ targetingKey: "eve", plan: "gold" }, DEFAULT],
        [{}, "e"],
      ],
    ],
    [
      "an identity override equal to control stands before a segment",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [forSegment(2, 0, { value: "g" })],
        identityOverrides: [forIdentity("bob", { value: "e" })],
      }),
      [
        [goldBob, "e"],
        [gold, "g"],
      ],
    ],
    [
      "an identifier is text, also one that looks like a number",
      feature(1, "f", {
        environment: { value: "e" },
        identityOverrides: [forIdentity("007", { value: "i" }), forIdentity("0", { value: "n" })],
      }),
      [
        [{ targetingKey: "007" }, "i"],
        [{ targetingKey: "7" }, "e"],
        [{ targetingKey: 7 }, "e"],
        [{ targetingKey: 0 }, "e"],
        [{ targetingKey: "" }, "e"],
      ],
    ],
    [
      "a segment without rules has nobody",
      feature(1, "f", { environment: { value: "e" }, segmentOverrides: [forSegment(4, 0, { value: "n" })] }),
      [
        [other, "e"],
        [both, "e"],
      ],
    ],
    [
      "an override on a segment that is gone has nobody",
      feature(1, "f", { environment: { value: "e" }, segmentOverrides: [forSegment(99, 0, { value: "n" })] }),
      [[other, "e"]],
    ],
    [
      "a segment that holds for everybody needs somebody, and ends the order",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [forSegment(3, 0, { value: "all" }), forSegment(2, 1, { value: "g" })],
      }),
      [
        [other, "all"],
        [gold, "all"],
        [{}, "e"],
      ],
    ],
    [
      "an override without value on a flag with values is true",
      feature(1, "f", { environment: { value: "e" }, segmentOverrides: [forSegment(1, 0)] }),
      [
        [beta, true],
        [other, "e"],
      ],
    ],
    [
      "a flag named like a member of every object",
      feature(1, "__proto__", {
        environment: { value: "e" },
        segmentOverrides: [forSegment(1, 0, { value: "b" })],
      }),
      [
        [beta, "b"],
        [other, "e"],
      ],
    ],
  ];
  it.each(cases)("%s", (...row) => checkCase(row));
});

describe("identity override limit", () => {
  const people = (value: string) =>
    ["c", "a", "b"].map((name, index) => forIdentity(name, { id: 50 - index, value }));

  it("drops the newest and says so", () => {
    const one = feature(1, "f", { environment: { value: "e" }, identityOverrides: people("i") });
    const translation = translate(one, { identityOverrideLimit: 2 });
    const ask = flagd(translation);
    expect(["a", "b", "c"].map((targetingKey) => ask("f", { targetingKey }))).toEqual(["i", "i", "e"]);
    expect(translation.warnings).toEqual([
      {
        feature: "f",
        reason: "identity_override_limit_exceeded",
        detail: "1 identity override dropped, the limit is 2",
      },
    ]);
  });

  it("does not count overrides that answer what the person gets anyway", () => {
    const one = feature(1, "f", { environment: { value: "e" }, identityOverrides: people("e") });
    const translation = translate(one, { identityOverrideLimit: 1 });
    expect(translation.warnings).toEqual([]);
    expect(translation.content.flags.f?.targeting).toBeUndefined();
  });

  it("counts them where a segment stands behind", () => {
    const one = feature(1, "f", {
      environment: { value: "e" },
      identityOverrides: people("e"),
      segmentOverrides: [forSegment(1, 0, { value: "b" })],
    });
    expect(translate(one, { identityOverrideLimit: 1 }).warnings.map(({ reason }) => reason)).toEqual([
      "identity_override_limit_exceeded",
    ]);
  });
});

it("thousands of identity overrides, each with its own value, still compile", () => {
  const count = 2500;
  const one = feature(1, "f", {
    environment: { enabled: false, value: "e" },
    identityOverrides: Array.from({ length: count }, (_, index) =>
      forIdentity(`id${index}`, { value: index }),
    ),
  });
  const ask = flagd(translate(one, { identityOverrideLimit: count }));
  const numbers = [0, 1, 899, 900, 1234, count - 1];
  expect(numbers.map((index) => ask("f", { targetingKey: `id${index}` }))).toEqual(numbers);
  expect(ask("f", other)).toBeUndefined();
});
