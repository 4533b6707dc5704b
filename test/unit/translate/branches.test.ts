import { describe, expect, it } from "vitest";
import type { Logic } from "../../../src/model/document.ts";
import { type Branch, renderDecision, simplify } from "../../../src/translate/feature/branches.ts";
import type { Outcome } from "../../../src/translate/feature/outcome.ts";
import { jsonDepth } from "../../../src/translate/shared/logic-walk.ts";

const variant = (name: string): Outcome => ({ kind: "variant", name });
const off: Outcome = { kind: "off" };
const is = (text: string): Logic => ({ "===": [{ var: "x" }, text] });
const branch = (when: Logic, outcome: Outcome | string): Branch => ({
  when,
  outcome: typeof outcome === "string" ? variant(outcome) : outcome,
});
const style = { featureName: "f", off: null };
const render = (branches: readonly Branch[], otherwise: Outcome) =>
  renderDecision({ branches, otherwise }, style, ({ when }) => when);

describe("simplify", () => {
  const cases: [string, Branch[], string, string[], string][] = [
    ["keeps what can decide", [branch(is("a"), "a")], "z", ["a"], "z"],
    ["drops what never applies", [branch(false, "a"), branch(is("b"), "b")], "z", ["b"], "z"],
    [
      "ends at what always applies",
      [branch(is("a"), "a"), branch(true, "b"), branch(is("c"), "c")],
      "z",
      ["a"],
      "b",
    ],
    [
      "drops the last ones that answer what follows",
      [branch(is("a"), "a"), branch(is("z"), "z"), branch(is("y"), "z")],
      "z",
      ["a"],
      "z",
    ],
    [
      "keeps one that answers the default before another",
      [branch(is("z"), "z"), branch(is("a"), "a")],
      "z",
      ["z", "a"],
      "z",
    ],
    ["may end without branches", [branch(is("z"), "z")], "z", [], "z"],
    ["looks at what follows after the cut", [branch(is("b"), "b"), branch(true, "b")], "z", [], "b"],
  ];
  it.each(cases)("%s", (_, branches, otherwise, kept, last) => {
    const decision = simplify({ branches, otherwise: variant(otherwise) });
    const name = (outcome: Outcome) => (outcome.kind === "variant" ? outcome.name : outcome.kind);
    expect(decision.branches.map(({ outcome }) => name(outcome))).toEqual(kept);
    expect(name(decision.otherwise)).toBe(last);
  });

  it("tells splits apart by weight", () => {
    const half = (weight: number): Outcome => ({
      kind: "split",
      own: "c",
      variants: [
        { name: "a", weight },
        { name: "c", weight: 50 },
      ],
    });
    expect(simplify({ branches: [branch(is("a"), half(50))], otherwise: half(50) }).branches).toHaveLength(0);
    expect(simplify({ branches: [branch(is("a"), half(40))], otherwise: half(50) }).branches).toHaveLength(1);
  });
});

describe("renderDecision", () => {
  it("is one flat if with the last answer spelled out", () => {
    expect(render([branch(is("a"), "va"), branch(is("b"), off)], variant("control"))).toEqual({
      if: [is("a"), "va", is("b"), null, "control"],
    });
  });

  it("is the answer itself without branches", () => {
    expect(render([], variant("control"))).toBe("control");
    expect(render([], off)).toBeNull();
  });

  it("joins neighbours of one answer where that saves bytes", () => {
    expect(render([branch(is("a"), "a-long-name"), branch(is("b"), "a-long-name")], off)).toEqual({
      if: [{ or: [is("a"), is("b")] }, "a-long-name", null],
    });
    expect(render([branch(is("a"), "x"), branch(is("b"), "x")], off)).toEqual({
      if: [is("a"), "x", is("b"), "x", null],
    });
  });

  it("continues the chain with a guarded split instead of nesting it", () => {
    const split: Outcome = {
      kind: "split",
      own: "control",
      variants: [
        { name: "v", weight: 1 },
        { name: "control", weight: 1 },
      ],
    };
    const logic = render([branch(is("a"), "va")], split) as { if: Logic[] };
    expect(logic.if).toHaveLength(5);
    expect(logic.if.at(-1)).toBe("control");
  });

  it("never puts more than 900 pairs into one if, however nested", () => {
    const branches = Array.from({ length: 4000 }, (_, index) => branch(is(`k${index}`), `v${index}`));
    const logic = render(branches, variant("control"));
    const longest = (part: Logic): number => {
      if (typeof part !== "object" || part === null) return 0;
      const inner = Math.max(0, ...(Object.values(part) as Logic[]).map(longest));
      return "if" in part && Array.isArray(part.if) ? Math.max(part.if.length, inner) : inner;
    };
    expect(longest(logic)).toBeLessThanOrEqual(1801);
    expect(jsonDepth(logic)).toBeLessThan(12);
  });
});
