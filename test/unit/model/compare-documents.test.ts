import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/model/canonical-json.ts";
import { compareDocuments } from "../../../src/model/compare-documents.ts";
import { diffDocuments, readDocument } from "../../../src/model/document-diff.ts";
import { cutDocument } from "../../../src/model/document-texts.ts";

const flag = (value: unknown, targeting?: unknown): object => ({
  state: "ENABLED",
  variants: { on: value },
  defaultVariant: "on",
  ...(targeting === undefined ? {} : { targeting }),
});

function documentOf(flags: object, evaluators?: object): string {
  return canonicalJson({
    $schema: "https://flagd.dev/schema/v0/flags.json",
    ...(evaluators === undefined ? {} : { $evaluators: evaluators }),
    flags,
    metadata: { flagSetId: "shop/dev" },
  });
}

/** Names and values with everything in them that could mislead who looks for quotes and braces. */
const nasty = fc.string({
  unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", ",", ":", "a", '"flags":{', "é"),
});

describe("comparing documents by their texts", () => {
  it("cuts out the flags of any document as JSON.parse would", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          nasty,
          fc.tuple(nasty, fc.jsonValue()).map(([value, logic]) => flag(value, logic)),
        ),
        (flags) => {
          const text = documentOf(flags, { '"flags":{': { var: "}" } });
          const cut = [...cutDocument(text).flags].map(([name, each]) => [name, JSON.parse(each)]);
          expect(Object.fromEntries(cut)).toEqual(JSON.parse(text).flags);
        },
      ),
    );
  });

  it("finds what a comparison of the parsed documents finds", () => {
    const documents = fc.dictionary(
      fc.constantFrom("a", "b", "c", "d"),
      nasty.map((value) => flag(value)),
    );
    fc.assert(
      fc.property(documents, documents, (left, right) => {
        const [before, after] = [documentOf(left), documentOf(right)];
        expect(compareDocuments(before, after)).toEqual(
          diffDocuments(readDocument(before), readDocument(after)),
        );
      }),
    );
  });

  it("names the flags that refer to a shared part that changed, also through another part", () => {
    const flags = {
      own: flag(1),
      direct: flag(2, { $ref: "inner" }),
      indirect: flag(3, { $ref: "a_outer" }),
    };
    const parts = (value: string) => ({
      inner: { "==": [{ var: "plan" }, value] },
      a_outer: { "!": { $ref: "b_middle" } },
      b_middle: { "!": { $ref: "inner" } },
    });
    const changes = compareDocuments(documentOf(flags, parts("gold")), documentOf(flags, parts("silver")));
    expect(changes.map(({ flag: name, members }) => [name, members])).toEqual([
      ["direct", ["targeting"]],
      ["indirect", ["targeting"]],
    ]);
  });

  it("refuses what is no document instead of going on for ever", () => {
    for (const text of ["", "{", '{"flags":{"a', '{"flags":{"a":{"b":1}', "[1,2"]) {
      expect(() => compareDocuments(text, text.repeat(2))).toThrow(SyntaxError);
    }
  });
});
