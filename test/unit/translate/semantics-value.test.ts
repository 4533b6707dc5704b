import { describe, expect, it } from "vitest";
import { feature, forIdentity, forSegment, options, split } from "../../support/build-snapshot.ts";
import { beta, bob, both, type Case, checkCase, DEFAULT, gold, goldBob, other, translate } from "./people.ts";

describe("semantics value: an override only carries its value", () => {
  const value = { semantics: "value" } as const;
  const cases: Case[] = [
    [
      "an override that is off carries its value",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [forSegment(1, 0, { enabled: false, value: "b" })],
      }),
      [
        [beta, "b"],
        [other, "e"],
      ],
    ],
    [
      "an override that is on does not turn the flag on",
      feature(1, "f", {
        environment: { enabled: false, value: "e" },
        segmentOverrides: [forSegment(1, 0, { value: "b" })],
      }),
      [
        [beta, undefined],
        [other, undefined],
      ],
    ],
    [
      "an identity override that is off carries its value",
      feature(1, "f", {
        environment: { value: "e" },
        identityOverrides: [forIdentity("bob", { enabled: false, value: "i" })],
      }),
      [
        [bob, "i"],
        [other, "e"],
      ],
    ],
    [
      "the order of decision is the same",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [
          forSegment(1, 1, { enabled: false, value: "b" }),
          forSegment(2, 0, { enabled: false, value: "g" }),
        ],
        identityOverrides: [forIdentity("bob", { enabled: false, value: "i" })],
      }),
      [
        [both, "g"],
        [beta, "b"],
        [goldBob, "i"],
        [other, "e"],
      ],
    ],
    [
      "an override with control's value still stands before others",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [
          forSegment(1, 0, { enabled: false, value: "e" }),
          forSegment(2, 1, { value: "g" }),
        ],
      }),
      [
        [both, "e"],
        [gold, "g"],
      ],
    ],
    [
      "boolean values are values: nothing is false for being off",
      feature(1, "f", {
        environment: { value: true },
        segmentOverrides: [
          forSegment(1, 0, { enabled: false, value: true }),
          forSegment(2, 1, { value: false }),
        ],
      }),
      [
        [beta, true],
        [gold, false],
        [other, true],
      ],
    ],
    [
      "an override without value carries true, the value of a flag without value",
      feature(1, "f", {
        environment: { value: "e" },
        segmentOverrides: [forSegment(1, 0, { enabled: false })],
      }),
      [
        [beta, true],
        [other, "e"],
      ],
    ],
    [
      "an override's own allocations count",
      feature(1, "f", {
        environment: { value: "e" },
        options: options("red"),
        segmentOverrides: [forSegment(1, 0, { enabled: false, value: "b", allocations: split(100) })],
      }),
      [
        [beta, "red"],
        [{ beta: "yes" }, "b"],
        [other, "e"],
      ],
    ],
    [
      "off in the environment is off for everybody, identities included",
      feature(1, "f", {
        environment: { enabled: false, value: "e" },
        segmentOverrides: [forSegment(1, 0, { value: "b" })],
        identityOverrides: [forIdentity("bob", { value: "i" })],
      }),
      [
        [bob, DEFAULT],
        [beta, DEFAULT],
        [other, DEFAULT],
      ],
    ],
  ];
  it.each(cases)("%s", (...row) => checkCase(row, value));

  it("the state follows the environment's on/off alone, the default is always control", () => {
    for (const enabled of [true, false]) {
      const one = feature(1, "f", {
        environment: { enabled, value: "e" },
        segmentOverrides: [forSegment(1, 0, { enabled: !enabled, value: "b" })],
      });
      expect(translate(one, value).content.flags.f).toMatchObject({
        state: enabled ? "ENABLED" : "DISABLED",
        defaultVariant: "control",
      });
    }
  });

  it("warns of what it ignores", () => {
    const one = feature(1, "f", {
      environment: { value: "e" },
      segmentOverrides: [
        forSegment(1, 0, { enabled: false, value: "e" }),
        forSegment(2, 1, { enabled: false, value: "g" }),
        forSegment(3, 2, { value: "x" }),
      ],
      identityOverrides: ["a", "b", "c", "d"].map((name) =>
        forIdentity(name, { enabled: false, value: "i" }),
      ),
    });
    expect(translate(one, value).warnings.map(({ reason, detail }) => `${reason}: ${detail}`)).toEqual([
      "disabled_override_no_op: segment=Beta; off, with the environment's value",
      "override_enabled_ignored: segment=Beta; on/off differs from the environment's",
      "override_enabled_ignored: segment=Gold; on/off differs from the environment's",
      "override_enabled_ignored: 4 identity overrides; on/off differs from the environment's",
    ]);
    expect(translate(one).warnings).toEqual([]);
  });

  it("does not warn where on/off agree and the value differs", () => {
    for (const enabled of [true, false]) {
      const one = feature(1, "f", {
        environment: { enabled, value: "e" },
        segmentOverrides: [forSegment(1, 0, { enabled, value: "b" })],
        identityOverrides: [forIdentity("bob", { enabled, value: "i" })],
      });
      expect(translate(one, value).warnings).toEqual([]);
    }
  });

  it("an override off that splits is no no-op, whatever its own value", () => {
    const one = feature(1, "f", {
      environment: { value: "e" },
      options: options("red"),
      identityOverrides: [forIdentity("bob", { enabled: false, value: "e", allocations: split(100) })],
    });
    const translation = translate(one, value);
    expect(translation.warnings.map(({ reason }) => reason)).toEqual(["override_enabled_ignored"]);
  });
});
