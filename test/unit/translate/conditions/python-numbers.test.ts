import { describe, expect, test } from "vitest";
import {
  floatText,
  pythonFloat,
  pythonInt,
  pythonModulo,
} from "../../../../src/translate/conditions/numbers/python-numbers.ts";

describe("Python's int()", () => {
  test.each([
    ["5", 5n],
    [" 5", 5n],
    ["5\n", 5n],
    ["\u00a05", 5n],
    ["05", 5n],
    ["+5", 5n],
    ["-0", 0n],
    ["1_000", 1000n],
    ["٣", 3n],
    ["𝟘𝟡𝟙", 91n],
    ["12345678901234567890", 12345678901234567890n],
  ])("reads %s", (text, value) => {
    expect(pythonInt(text)).toBe(value);
  });

  test.each(["", " ", "1.5", "1e3", "1__0", "_1", "1_", "- 5", "0x5", "abc", "--5", "\ufeff5"])(
    "refuses %j",
    (text) => {
      expect(pythonInt(text)).toBeUndefined();
    },
  );
});

describe("Python's float()", () => {
  test.each([
    ["18.5", 18.5],
    [" .5 ", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1_0.5_0E-1", 1.05],
    ["inf", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["+nan", Number.NaN],
    ["1e999", Number.POSITIVE_INFINITY],
  ])("reads %j", (text, value) => {
    expect(pythonFloat(text)).toBe(value);
  });

  test.each(["", ".", "e5", "1e", "1._5", "infin", "0x1p3", "1,5"])("refuses %j", (text) => {
    expect(pythonFloat(text)).toBeUndefined();
  });
});

test.each([
  [5, "5.0"],
  [-0, "-0.0"],
  [0.1 + 0.2, "0.30000000000000004"],
  [0.0001, "0.0001"],
  [-0.000012, "-1.2e-05"],
  [1e-7, "1e-07"],
  [1234567890123456, "1234567890123456.0"],
  [1e16, "1e+16"],
  [1.5e300, "1.5e+300"],
])("Python prints the float %d as %s", (value, text) => {
  expect(floatText(value)).toBe(text);
});

test.each([
  [-1, 3, 2],
  [1, -3, -2],
  [-6, 3, 0],
  [5.5, 2, 1.5],
])("%d %% %d is %d in Python", (dividend, divisor, remainder) => {
  expect(pythonModulo(dividend, divisor)).toBeCloseTo(remainder);
});
