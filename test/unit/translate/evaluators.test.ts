import { describe, expect, it } from "vitest";
import type { Logic } from "../../../src/model/document.ts";
import { shareSegments } from "../../../src/translate/shared/evaluators.ts";
import { isShareable } from "../../../src/translate/shared/shared-body.ts";
import { segment } from "../../support/build-snapshot.ts";

const equals = (text: string): Logic => ({ "===": [{ var: "x" }, text] });
const use = (id: number, name: string, logic: Logic = equals(name)) => ({
  segment: segment(id, name),
  logic,
});

describe("shareSegments", () => {
  it("shares what two features use, and nothing else", () => {
    const evaluators = shareSegments([[use(1, "a"), use(2, "b")], [use(2, "b")], [use(3, "c"), use(3, "c")]]);
    expect([...evaluators.bodies]).toEqual([["b", equals("b")]]);
    expect([...evaluators.names]).toEqual([[2, "b"]]);
  });

  it("goes by id, and counts up in id order where names collide", () => {
    const uses = [use(9, "mail"), use(4, "mail"), use(5, "mail!")];
    const evaluators = shareSegments([uses, uses.toReversed()]);
    expect([...evaluators.names].sort()).toEqual([
      [4, "mail"],
      [5, "mail-2"],
      [9, "mail-3"],
    ]);
  });

  it("names a segment by its id if its name leaves no slug", () => {
    expect([
      ...shareSegments([[use(4, "☃", equals("x"))], [use(4, "☃", equals("x"))]]).names.values(),
    ]).toEqual(["segment-4"]);
  });
});

describe("isShareable", () => {
  const cases: [string, Logic, boolean][] = [
    ["printable ASCII", equals("a b~!#%[]^_`{|}'"), true],
    ["a dollar sign", equals("5$"), false],
    ["a dollar sign in a name", { "!==": [{ var: "$x" }, null] }, false],
    ["a backslash", equals("a\\b"), false],
    ["a quote in a string", equals('say "x"'), false],
    ["a line break", equals("a\nb"), false],
    ["beyond ASCII", equals("é"), false],
    ["DEL", equals("\u007f"), false],
    ["a constant", true, false],
    ["a text", "x", false],
  ];
  it.each(cases)("%s", (_, logic, expected) => {
    expect(isShareable(JSON.stringify(logic))).toBe(expected);
  });
});
