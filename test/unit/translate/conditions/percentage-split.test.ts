import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { md5 } from "../../../../src/translate/conditions/md5.ts";
import { answers, translate } from "./evaluate.ts";

const split = (value: string, property: string | null = null) => ({
  operator: "PERCENTAGE_SPLIT",
  property,
  value,
});
const crowd = Array.from({ length: 2000 }, (_, index) => ({ targetingKey: `user-${index}` }));
const count = (text: string) => text.replaceAll("F", "").length;

describe("PERCENTAGE_SPLIT", () => {
  test.each([
    ["10", 10, 100],
    ["33.3", 333, 1000],
    ["0.25", 25, 10_000],
    [" 1e1 ", 10, 100],
    ["0.123456789", 12_346, 10_000_000],
  ])("%j has the weights %d of %d", (value, share, total) => {
    const text = JSON.stringify(translate(split(value)).logic);
    expect(text).toContain(`["in",${share}],["out",${total - share}]`);
  });

  test("holds about its share, and others per segment", () => {
    const [first, second] = [12, 13].map((segmentId) => answers(split("25"), crowd, { segmentId }));
    expect(count(first ?? "")).toBeGreaterThan(400);
    expect(count(first ?? "")).toBeLessThan(600);
    expect(first).not.toBe(second);
  });

  test("a bigger share keeps those who were in", () => {
    const [small, big] = ["10", "30"].map((value) => answers(split(value), crowd));
    expect([...(small ?? "")].every((letter, index) => letter === "F" || big?.[index] === "T")).toBe(true);
  });

  test("needs an identity", () => {
    const strangers = [{}, { targetingKey: "" }, { a: "x" }];
    expect(answers(split("99.99"), strangers)).toBe("FFF");
    expect(answers(split("100"), [...strangers, { targetingKey: "x" }])).toBe("FFFT");
  });

  test("by a trait takes its text, whatever its type", () => {
    const traits = [{ a: 5 }, { a: true }, { a: "x" }, { a: 2.5 }, { a: "" }];
    expect(answers(split("100", "a"), [...traits, { a: null }, {}])).toBe("TTTTTFF");
    expect(answers(split("50", "a"), [...traits, { a: null }, {}])).toMatch(/^[TF]{5}FF$/);
  });

  test("by the identity's paths is by the identity", () => {
    for (const path of ["", "$.identity.key", "$.identity.identifier"]) {
      expect(translate(split("10", path)).logic).toEqual(translate(split("10")).logic);
    }
  });

  test.each([
    ["0", false, []],
    ["-5", false, []],
    ["abc", false, ["malformed_value"]],
    ["nan", false, ["malformed_value"]],
    ["10", expect.anything(), ["percentage_bucketing_differs"]],
  ])("%j", (value, logic, warnings) => {
    expect(translate(split(value))).toMatchObject({ logic, warnings });
  });

  /** The lots are Flagsmith's: 4.37 for segment 2 in Production, 0 for segment 1, as its engine says. */
  test.each([
    [1, "0", true, []],
    [1, "-0.001", false, []],
    [2, "4.37", false, []],
    [2, "4.3709", true, []],
    [2, "0", false, []],
    [2, "100", true, []],
    [2, "abc", false, ["malformed_value"]],
  ])("of segment %d, %j by the environment takes all or nobody", (segmentId, value, logic, warnings) => {
    for (const negated of [false, true]) {
      const scope = { segmentId, negated, environment: { name: "Production", key: "k" } };
      expect(translate(split(value, "$.environment.name"), scope)).toMatchObject({ logic, warnings });
    }
  });
});

test("the hash is MD5", () => {
  for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const text = "1,Größe 🙂 x".repeat(100).slice(0, length);
    expect(md5(text).toString(16).padStart(32, "0"), text).toBe(createHash("md5").update(text).digest("hex"));
  }
});
