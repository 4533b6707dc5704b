import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerForText } from "../../../../src/translate/conditions/answer-for-text.ts";
import type { ConditionScope } from "../../../../src/translate/conditions/condition.ts";
import { answers, translate, withTrait } from "./evaluate.ts";

const TEXT_OPERATORS = [
  "EQUAL",
  "NOT_EQUAL",
  "GREATER_THAN",
  "GREATER_THAN_INCLUSIVE",
  "LESS_THAN",
  "LESS_THAN_INCLUSIVE",
  "CONTAINS",
  "NOT_CONTAINS",
  "IN",
] as const;

describe("casts to the type of the trait", () => {
  test.each<[operator: string, value: string, expected: string]>([
    //                         5 -> "5" -> "05" -> 5.5 -> "abc" -> true -> false -> null
    ["EQUAL", "5", "TTTFFTFF"],
    ["EQUAL", "abc", "FFFFTTFF"],
    ["EQUAL", "false", "FFFFFFTF"],
    ["NOT_EQUAL", "5", "FFFTTFTF"],
    ["NOT_EQUAL", "abc", "FFFFFFTF"],
    ["NOT_EQUAL", "18.5", "FFFTTFTF"],
    ["GREATER_THAN", "4", "TTTTTFFF"],
    ["LESS_THAN", "6", "TTTTFFTF"],
    ["LESS_THAN_INCLUSIVE", "abd", "FFFFTTTF"],
    ["GREATER_THAN", "5.0", "FFFTTFFF"],
    ["IN", "5,abc", "TTTFTFFF"],
    ["CONTAINS", "b", "FFFFTFFF"],
    ["NOT_CONTAINS", "5", "FFFFTFFF"],
    ["MODULO", "2|1", "TTTFFTFF"],
    ["IS_SET", "", "TTTTTTTF"],
    ["IS_NOT_SET", "", "FFFFFFFT"],
  ])("%s %j", (operator, value, expected) => {
    const traits = withTrait(5, "5", "05", 5.5, "abc", true, false, null);
    expect(answers({ operator, value }, traits)).toBe(expected);
  });
});

describe("warns of what can only be a mistake", () => {
  test.each<[operator: string, value: string, logic: unknown]>([
    ["MODULO", "2", false],
    ["MODULO", "x|1", false],
    ["MODULO", "2|nan", false],
    ["MODULO", "0|0", false],
    ["MODULO", "inf|1", false],
    ["EQUAL", "v1.2.3:semver", expect.anything()],
    ["GREATER_THAN", "nan", expect.anything()],
    ["GREATER_THAN", "日本", expect.anything()],
  ])("%s %j", (operator, value, logic) => {
    expect(translate({ operator, value })).toMatchObject({ logic, warnings: ["malformed_value"] });
  });

  test("a division by 0 fails in Flagsmith, a malformed one answers no", () => {
    expect(translate({ operator: "MODULO", value: "0|0" }, { negated: true }).logic).toBe(true);
    expect(translate({ operator: "MODULO", value: "2" }, { negated: true }).logic).toBe(false);
  });
});

describe("IN", () => {
  test.each([
    ["DE, AT", "TFTF"],
    ['["DE", "AT"]', "TTFF"],
    ['["DE"', "FFFF"],
    ["[5, 7.0, true, null]", "FFFF"],
  ])("%s", (value, expected) => {
    expect(answers({ operator: "IN", value }, withTrait("DE", "AT", " AT", 7))).toBe(expected);
  });
});

/** Printable, without what the order of characters leaves out in shareable documents. */
const text = fc
  .string({ unit: fc.constantFrom(..."0159.-aAbz~ é_:@"), maxLength: 6 })
  .filter((value) => value.trim() === value);

describe("any text against any value", () => {
  const scopes: Partial<ConditionScope>[] = [
    { encoding: "exact", negated: false },
    { encoding: "compact", negated: false },
    { encoding: "compact", negated: true },
  ];
  for (const operator of TEXT_OPERATORS) {
    test(`${operator} is exact, and compact only narrows`, () => {
      fc.assert(
        fc.property(text, fc.array(text, { minLength: 1, maxLength: 20 }), (value, texts) => {
          const [exact, under, over] = scopes.map((scope) =>
            answers({ operator, value }, withTrait(...texts), scope),
          );
          for (const [index, trait] of texts.entries()) {
            const expected = answerForText(operator, trait, value) ? "T" : "F";
            if (!/^-?0[0-9]/.test(trait) && !/\..*0$/.test(trait)) expect(exact?.[index]).toBe(expected);
            if (under?.[index] === "T") expect(expected).toBe("T");
            if (over?.[index] === "F") expect(expected).toBe("F");
          }
        }),
        { numRuns: 60, seed: 12 },
      );
    });
  }
});
