import { describe, expect, it } from "vitest";
import type { Segment, SegmentRule } from "../../../src/model/environment.ts";
import { translateSegment } from "../../../src/translate/segment.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { condition, feature, forSegment, rule, segment, snapshot } from "../../support/build-snapshot.ts";
import { type Context, flagd } from "./evaluate.ts";

const has = (name: string) => condition(name, "EQUAL", "1");
const REGEX = condition("x", "REGEX", "(?<=a)b{2,3}$");

function members(one: Segment, contexts: readonly Context[]): boolean[] {
  const flag = feature(1, "f", {
    environment: { enabled: false },
    segmentOverrides: [forSegment(one.id, 0)],
  });
  const ask = flagd(translateEnvironment(snapshot({ features: [flag], segments: [one] })));
  return contexts.map((context) => ask("f", { targetingKey: "u", ...context }) === true);
}

describe("how rules combine", () => {
  const contexts = [{}, { a: "1" }, { b: "1" }, { a: "1", b: "1" }];
  const cases: [string, (SegmentRule | ReturnType<typeof condition>)[], string][] = [
    ["without rules nobody", [], "no no no no"],
    ["ALL", [rule("ALL", has("a"), has("b"))], "no no no yes"],
    ["ANY", [rule("ANY", has("a"), has("b"))], "no yes yes yes"],
    ["NONE", [rule("NONE", has("a"), has("b"))], "yes no no no"],
    ["top-level rules are ANDed", [rule("ANY", has("a")), rule("ANY", has("b"))], "no no no yes"],
    ["a rule with neither holds", [rule("ALL"), rule("ANY", has("a"))], "no yes no yes"],
    ["an empty NONE holds too", [rule("NONE"), rule("ANY", has("a"))], "no yes no yes"],
    ["an empty ANY holds too", [rule("ALL", rule("ANY"), has("a"))], "no yes no yes"],
    [
      "conditions and sub-rules are combined apart, then ANDed: ANY",
      [rule("ANY", has("a"), rule("ALL", has("b")))],
      "no no no yes",
    ],
    ["the same: NONE", [rule("NONE", has("a"), rule("ALL", has("b")))], "yes no no no"],
    ["NONE of NONE", [rule("NONE", rule("NONE", has("a")))], "no yes no yes"],
    ["NONE of an empty rule", [rule("NONE", rule("ALL"))], "no no no no"],
    ["an unknown type is nobody", [rule("SOME", has("a"))], "no no no no"],
    ["also under NONE", [rule("NONE", rule("SOME", has("a")))], "no no no no"],
    ["what cannot be said narrows", [rule("ANY", has("a"), REGEX)], "no yes no yes"],
    ["also under NONE", [rule("NONE", has("a"), REGEX)], "no no no no"],
    ["also under two of them", [rule("NONE", rule("NONE", has("a"), REGEX))], "no yes no yes"],
  ];
  it.each(cases)("%s: %s", (_, parts, expected) => {
    const answers = members(segment(1, "S", ...parts), contexts);
    expect(answers.map((member) => (member ? "yes" : "no")).join(" ")).toBe(expected);
  });
});

it("narrowing is about membership: who is left out of a segment keeps the flag that an override there turns off", () => {
  const some = segment(1, "S", rule("ANY", has("a"), REGEX));
  const flag = feature(1, "f", {
    environment: { value: "e" },
    segmentOverrides: [forSegment(1, 0, { enabled: false })],
  });
  const translation = translateEnvironment(snapshot({ features: [flag], segments: [some] }));
  const ask = flagd(translation);
  expect(ask("f", { targetingKey: "u", a: "1" })).toBeUndefined();
  expect(ask("f", { targetingKey: "u", x: "abb" })).toBe("e");
  expect(translation.warnings.map(({ reason }) => reason)).toContain("regex_unsupported");
});

describe("without identity", () => {
  const absent = segment(1, "S", condition("a", "IS_NOT_SET"));
  const contexts = [{}, { targetingKey: "" }, { targetingKey: "u" }, { targetingKey: "u", a: "1" }];

  it("an empty context is in no segment, as on Flagsmith's server", () => {
    const flag = feature(1, "f", { environment: { enabled: false }, segmentOverrides: [forSegment(1, 0)] });
    const ask = flagd(translateEnvironment(snapshot({ features: [flag], segments: [absent] })));
    expect(contexts.map((context) => ask("f", context))).toEqual([false, false, true, false]);
  });

  it("attributes that the segment reads are enough", () => {
    const others = segment(1, "S", rule("NONE", condition("a", "EQUAL", "1")));
    const flag = feature(1, "f", { environment: { enabled: false }, segmentOverrides: [forSegment(1, 0)] });
    const ask = flagd(translateEnvironment(snapshot({ features: [flag], segments: [others] })));
    expect([{}, { a: "2" }, { a: "1" }].map((context) => ask("f", context))).toEqual([false, true, false]);
  });
});

describe("knows the members of a cohort", () => {
  const IS_MEMBER = { operator: "IS_SET", property: "flagsmith_cohort_1", value: null };
  const ask = (type: string, members: readonly string[] | "too_many") => {
    const translation = translateEnvironment(
      snapshot({
        features: [
          feature(1, "f", {
            environment: { value: "out" },
            segmentOverrides: [forSegment(1, 0, { value: "in" })],
          }),
        ],
        segments: [
          { id: 1, name: "cohort", rules: [{ type, conditions: [{ ...IS_MEMBER, members }], rules: [] }] },
        ],
      }),
    );
    return { ask: flagd(translation), reasons: translation.warnings.map(({ reason }) => reason) };
  };

  it.each([
    [["zoe", "007"], { targetingKey: "zoe" }, "in"],
    [["zoe", "007"], { targetingKey: "007" }, "in"],
    [["zoe", "007"], { targetingKey: "adam" }, "out"],
    [["zoe"], { targetingKey: 0 }, "out"],
    [["zoe"], {}, "out"],
    [["zoe"], { targetingKey: "adam", flagsmith_cohort_1: true }, "in"],
    [[], { targetingKey: "zoe" }, "out"],
  ])("%j: %j is %s", (members, context, expected) => {
    expect(ask("ALL", members).ask("f", context)).toBe(expected);
    if ("targetingKey" in context && typeof context.targetingKey === "string") {
      expect(ask("NONE", members).ask("f", context)).toBe(expected === "in" ? "out" : "in");
    }
  });

  it("lets nobody in, also not below NONE, when there are too many to know", () => {
    for (const type of ["ALL", "NONE"]) {
      const { ask: answer, reasons } = ask(type, "too_many");
      expect(answer("f", { targetingKey: "zoe" })).toBe("out");
      expect(reasons).toContain("identity_override_limit_exceeded");
    }
  });
});

describe("translateSegment", () => {
  const scope = { environment: { name: "Production", key: "k" }, encoding: "exact" } as const;

  it("gives one logic for any order of rows", () => {
    const rules = [rule("ALL", has("a"), has("b"), rule("ANY", has("c"), has("d"))), rule("NONE", has("e"))];
    const reversed = rules
      .map((one) => ({ ...one, conditions: one.conditions.toReversed(), rules: one.rules.toReversed() }))
      .toReversed();
    expect(translateSegment({ id: 1, name: "S", rules: reversed }, scope)).toEqual(
      translateSegment({ id: 1, name: "S", rules }, scope),
    );
  });

  it("says once what it could not say, and whose it is", () => {
    const { findings } = translateSegment(
      segment(1, "Old", rule("SOME", has("a")), rule("SOME", has("b"))),
      scope,
    );
    expect(findings).toEqual([{ reason: "unknown_operator", detail: 'segment=Old; rule type "SOME"' }]);
  });

  it("bears rules without end", () => {
    const rules: SegmentRule[] = [];
    const endless: SegmentRule = { type: "ALL", conditions: [has("a")], rules };
    rules.push(endless);
    const { logic, findings } = translateSegment({ id: 1, name: "S", rules: [endless] }, scope);
    expect(logic).toBe(false);
    expect(findings).toEqual([{ reason: "malformed_value", detail: "segment=S; rules nested too deeply" }]);
  });

  it("refuses what would nest so deep that Rust refuses the document", () => {
    let deep = rule("NONE", has("a"));
    for (let level = 0; level < 35; level += 1) deep = rule("NONE", rule("ALL", has(`c${level}`)), deep);
    const { logic, findings } = translateSegment({ id: 1, name: "S", rules: [deep] }, scope);
    expect(logic).toBe(false);
    expect(findings.map(({ reason }) => reason)).toEqual(["malformed_value"]);
  });
});
