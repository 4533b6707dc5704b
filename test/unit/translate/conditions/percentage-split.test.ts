import { describe, expect, test } from "vitest";
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

  test("by what is the same for everybody narrows", () => {
    expect(translate(split("50", "$.environment.name"))).toMatchObject({
      logic: false,
      warnings: ["percentage_bucketing_differs"],
    });
  });
});
