import type { Logic } from "../../model/document.ts";
import { and, not } from "./logic.ts";

/** Longer texts count as no number: phone numbers and 64-bit ids are recognised; a character costs 27 bytes. */
const LONGEST = 20;
const DIGITS = "0123456789";
const PAD = "~";
const CURRENT: Logic = { var: "current" };

/**
 * NUMTEXT of facts/encodings.md, section 3, for an attribute known to be text: Flagsmith turns `-?\d+(\.\d+)?` into a
 * number before any operator sees it. After it `<`, `==` and `%` with a number are safe in all evaluators. Half the size
 * of the form there: the weights of the characters (a dot 1, anything else 9) are summed by one `reduce` with a constant
 * start. One object, so that a caller can share it by `$ref`: never flatten it into its parent.
 */
export function isNumberText(attribute: Logic): Logic {
  const character = (index: number): Logic => ({ substr: [{ var: "" }, index, 1] });
  const characters = Array.from({ length: LONGEST - 1 }, (_, index) => character(index + 1));
  const weight: Logic = {
    if: [{ in: [CURRENT, DIGITS + PAD] }, 0, { "===": [CURRENT, "."] }, 1, 9],
  };
  const sum: Logic = { reduce: [{ merge: characters }, { "+": [{ var: "accumulator" }, weight] }, 0] };
  const shape = and({ "===": [character(LONGEST), PAD] }, { "<": [sum, 2] });
  const isWellFormed: Logic = { some: [{ merge: [{ cat: [attribute, PAD.repeat(LONGEST)] }] }, shape] };
  return and(
    mayBeNumberText(attribute),
    not({ starts_with: [attribute, "-."] }),
    not({ in: [PAD, attribute] }),
    isWellFormed,
  );
}

/**
 * Holds for every number-like text, and for few others: what the compact tier asks instead of {@link isNumberText} in
 * the direction in which being wrong only narrows. For an attribute known to be text.
 */
export function mayBeNumberText(attribute: Logic): Logic {
  return and(
    { "!==": [attribute, ""] },
    { in: [{ substr: [attribute, 0, 1] }, `-${DIGITS}`] },
    { in: [{ substr: [attribute, -1] }, DIGITS] },
  );
}
