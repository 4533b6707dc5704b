import { describe, expect, test } from "vitest";
import { and, isText, not, or, property } from "../../../../src/translate/conditions/logic.ts";

const [a, b, c] = [property("a"), property("b"), property("c")];

describe("logic", () => {
  test("folds constants, so that no list is empty", () => {
    expect(and()).toBe(true);
    expect(or()).toBe(false);
    expect(and(a, false)).toBe(false);
    expect(or(a, true)).toBe(true);
    expect(and(true, a)).toEqual(a);
    expect(or(false, a)).toEqual(a);
    expect(not(true)).toBe(false);
  });

  test("flattens what nests", () => {
    expect(and(and(a, b), c)).toEqual({ and: [a, b, c] });
    expect(or(a, or(b, c))).toEqual({ or: [a, b, c] });
    expect(or(and(a, b), c)).toEqual({ or: [{ and: [a, b] }, c] });
    expect(not(not(a))).toEqual(a);
  });

  test("asks for text after presence", () => {
    expect(isText(a)).toEqual({ and: [{ "!==": [a, null] }, { starts_with: [a, ""] }] });
  });
});
