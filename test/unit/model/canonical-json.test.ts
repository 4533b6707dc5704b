import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, canonicalObject } from "../../../src/model/canonical-json.ts";

/** The same value with the members of all its objects the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, turned(member)])
      .reverse(),
  );
}

describe("canonicalJson", () => {
  it("puts members in code-unit order, and leaves out what is undefined", () => {
    expect(canonicalJson({ b: [2, { d: 1, c: "é" }], a: undefined, A: null })).toBe(
      '{"A":null,"b":[2,{"c":"é","d":1}]}',
    );
    expect(canonicalJson({ 9: "as JavaScript has it", 10: "first as text" })).toBe(
      '{"10":"first as text","9":"as JavaScript has it"}',
    );
  });

  it("gives equal content equal bytes, and loses nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(turned(value))).toBe(text);
        expect(JSON.stringify(JSON.parse(text)).length).toBe(text.length);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

it("canonicalObject writes what canonicalJson would, from the texts of the members", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const members = Object.entries(object).map(([name, value]) => [name, canonicalJson(value)] as const);
      expect(canonicalObject(members)).toBe(canonicalJson(object));
    }),
  );
});
