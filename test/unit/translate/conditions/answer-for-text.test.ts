import { describe, expect, test } from "vitest";
import { answerForText, coerce } from "../../../../src/translate/conditions/answer-for-text.ts";
import { isFlagsmithOperator } from "../../../../src/translate/conditions/flagsmith-operator.ts";
import { type ConditionsTruth, truth } from "./truth.ts";

describe("the answer for a text that is known when translating", () => {
  test.skipIf(truth === undefined)("is Flagsmith's for every text of the truth file", () => {
    const { conditions, traits, answers } = truth as ConditionsTruth;
    const wrong: unknown[] = [];
    for (const [row, { operator, value }] of conditions.entries()) {
      if (!isFlagsmithOperator(operator) || operator === "REGEX" || operator === "PERCENTAGE_SPLIT") continue;
      for (const [column, { a }] of traits.entries()) {
        if (typeof a !== "string") continue;
        const given = answerForText(operator, a, value);
        const letter = given === undefined ? "X" : given ? "T" : "F";
        if (letter !== answers[row]?.[column]) wrong.push([operator, value, a, letter]);
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    ["007", 7n],
    ["-3", -3n],
    ["5.00", 5],
    ["1.5", 1.5],
    ["1e3", "1e3"],
    ["5.", "5."],
    [" 5", " 5"],
  ])("%s becomes a number only if it looks like one", (text, coerced) => {
    expect(coerce(text)).toBe(coerced);
  });

  test("a division by 0 has none", () => {
    expect(answerForText("MODULO", "5", "0|0")).toBeUndefined();
    expect(answerForText("MODULO", "abc", "0|0")).toBe(false);
  });
});
