import { describe, expect, it } from "vitest";
import type { FlagdFlag, Logic } from "../../../src/model/document.ts";
import { shareParts } from "../../../src/translate/repeated-parts.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { condition, feature, forSegment, segment, snapshot } from "../../support/build-snapshot.ts";
import { checkSchema, flagd } from "./evaluate.ts";

const long = (property: string, text = "x"): Logic => ({ in: [{ var: property }, [text.repeat(250)]] });
const flag = (targeting: Logic): FlagdFlag => ({
  state: "ENABLED",
  variants: { a: "a" },
  defaultVariant: "a",
  targeting: { if: [targeting, "a", "a"] },
  metadata: {},
});
const share = (...rules: readonly Logic[]) => {
  const { flags, bodies } = shareParts(
    rules.map((rule, index) => [`f${index}`, flag(rule)]),
    new Map(),
  );
  return {
    rules: flags.map(([, { targeting }]) => (targeting as { if: Logic[] }).if[0]),
    bodies: [...bodies],
  };
};

describe("shareParts", () => {
  it("shares what repeats, under the name of what it reads", () => {
    expect(share({ "!": [long("age")] }, long("age"), long("name"))).toEqual({
      rules: [{ "!": [{ $ref: "part-age" }] }, { $ref: "part-age" }, long("name")],
      bodies: [["part-age", long("age")]],
    });
  });

  it("takes the largest part, and not also what only stands within it", () => {
    const whole: Logic = { and: [long("a"), long("b")] };
    expect(share(whole, whole).bodies).toEqual([["part-a-b", whole]]);
    expect(share(whole, whole, long("a"), { "!": [long("a")] }).bodies.map(([name]) => name)).toEqual([
      "part-a-b",
      "part-a",
    ]);
  });

  it("leaves what is short, what no client could splice, and what occurs once", () => {
    const short: Logic = { "===": [{ var: "x" }, "y"] };
    expect(share(short, short).bodies).toEqual([]);
    expect(share(long("a", "é"), long("a", "é")).bodies).toEqual([]);
    expect(share(long("a"), long("b")).bodies).toEqual([]);
  });

  it("never takes a name that a segment has", () => {
    const { bodies } = shareParts(
      [["f", flag({ and: [long("a"), { "!": [long("a")] }] })]],
      new Map([["part-a", true]]),
    );
    expect([...bodies.keys()]).toEqual(["part-a", "part-a-2"]);
  });
});

it("a document with shared parts answers the same", () => {
  const bounds = ["18", "30", "65"];
  const translation = translateEnvironment(
    snapshot({
      segments: bounds.map((bound, id) =>
        segment(id, `over ${bound}`, condition("age", "GREATER_THAN", bound)),
      ),
      features: bounds.map((bound, id) =>
        feature(id, `f${bound}`, { environment: { enabled: false }, segmentOverrides: [forSegment(id, 0)] }),
      ),
    }),
  );
  expect(translation.content.$evaluators).toHaveProperty("part-age");
  const ask = flagd(translation);
  for (const age of [5, 30, 31, "31", "66.5", "abc", "", true, null, undefined]) {
    const passed = bounds.map((bound) => ask(`f${bound}`, { targetingKey: "u", age }));
    const expected =
      age === "abc"
        ? [true, true, true]
        : bounds.map((bound) => typeof age !== "boolean" && Number(age ?? 0) > Number(bound));
    expect([age, passed]).toEqual([age, expected]);
  }
  checkSchema(translation);
});
