import { describe, expect, it } from "vitest";
import type { Logic } from "../../../src/model/document.ts";
import { jsonDepth, variablesOf, withoutRepeats } from "../../../src/translate/shared/logic-walk.ts";

const has = (name: string): Logic => ({ "!==": [{ var: name }, null] });

describe("jsonDepth", () => {
  it("counts arrays and objects within one another", () => {
    expect([true, "x", {}, [], { var: "x" }, has("x")].map((logic) => jsonDepth(logic))).toEqual([
      0, 0, 1, 1, 1, 3,
    ]);
  });
});

describe("variablesOf", () => {
  it("finds what is read from the context, not from elements", () => {
    const logic: Logic = {
      and: [has("a"), { some: [{ merge: [{ var: "b" }] }, { "===": [{ var: "current" }, "c"] }] }],
    };
    expect([...variablesOf(logic)]).toEqual(["a", "b"]);
  });
});

describe("withoutRepeats", () => {
  it("keeps the first of equal operands, in order", () => {
    expect(withoutRepeats({ or: [has("b"), has("a"), has("b")] })).toEqual({ or: [has("b"), has("a")] });
    expect(withoutRepeats({ and: [has("b"), has("b")] })).toEqual(has("b"));
  });

  it("leaves everything else", () => {
    for (const logic of [true, "x", { "===": ["x", "x"] }]) expect(withoutRepeats(logic)).toEqual(logic);
  });
});
