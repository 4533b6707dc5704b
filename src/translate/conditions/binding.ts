import type { Logic } from "../../model/document.ts";

/** What {@link within} binds. */
export const BOUND: Logic = { var: "" };

/**
 * Binds an expression once, as {@link BOUND}: `some` over `merge` works in all evaluators (facts/encodings.md, section 1).
 * flagd's own operators fail in there in JavaScript: they look for `$flagd` in what is bound.
 */
export function within(expression: Logic, test: Logic): Logic {
  return test === true || { some: [{ merge: [expression] }, test] };
}
