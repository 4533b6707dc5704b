import type { Logic } from "../../model/document.ts";

/** Within a step: what is left so far. It never becomes empty, since an empty start stands for "not begun". */
export const REST: Logic = { var: "accumulator" };
/** Within a step: the item of the list that is walked. */
export const ITEM: Logic = { var: "current" };
/** Within a step: the first character of what is left. */
export const FIRST: Logic = { substr: [REST, 0, 1] };

/**
 * Walks a text, the only loop that all evaluators share: a `reduce` over the text and then the items. It starts from a
 * constant, since a computed start fails in JavaScript; the first item, the text, replaces it. `step` alternates
 * conditions and results and ends in what else to do. flagd's own operators fail within a `reduce` in JavaScript, which
 * looks for `$flagd` in what is bound (facts/encodings.md, section 1; measured in six evaluators).
 */
export function walk(text: Logic, items: Logic, step: readonly Logic[]): Logic {
  return { reduce: [{ merge: [text, items] }, { if: [{ "===": [REST, ""] }, ITEM, ...step] }, ""] };
}

/** The step once for each of `times`, at two bytes each. */
export function times(count: number): Logic {
  return Array.from({ length: count }, () => 0);
}

/** What {@link stripped} takes away, and how far it goes. */
export interface Stripping {
  readonly from: "start" | "end";
  /** One more character goes while this holds of {@link REST}. */
  readonly when: Logic;
  /** A cheap test that holds wherever `when` does; the inner loop is skipped where it fails. */
  readonly mayHold: Logic;
  /** Up to its square characters go. */
  readonly side: number;
}

/** What is left of a text once characters are taken away; there must be one that is not. */
export function stripped(text: Logic, { from, when, mayHold, side }: Stripping): Logic {
  const shorter: Logic = { substr: from === "start" ? [REST, 1] : [REST, 0, -1] };
  const inner = walk(REST, times(side), [when, shorter, REST]);
  return walk(text, times(side), [mayHold, inner, REST]);
}
