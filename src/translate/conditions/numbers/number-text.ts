import type { Logic } from "../../../model/document.ts";
import { and, not, or } from "../logic.ts";
import { FIRST, REST, stripped } from "../loop.ts";

/** Number-like texts of more than its square characters count as no numbers. */
const SIDE = 16;
const DIGITS = "0123456789";
const PAD = "~";

/**
 * NUMTEXT of facts/encodings.md, section 3, for an attribute known to be text: Flagsmith turns `-?[0-9]+(\.[0-9]+)?` into
 * a number before any operator sees it. After it `<`, `==` and `%` with a number are safe in all evaluators. Behind the
 * first character digits are taken away, and a dot that no other follows: then nothing is left. One object, so that a
 * caller can share it by `$ref`: never flatten it into its parent.
 */
export function isNumberText(attribute: Logic): Logic {
  const isLastDot = and({ "===": [FIRST, "."] }, not({ in: [".", { substr: [REST, 1] }] }));
  const left = stripped(
    { substr: [{ cat: [attribute, PAD] }, 1] },
    {
      from: "start",
      when: or({ in: [FIRST, DIGITS] }, isLastDot),
      mayHold: { in: [FIRST, `${DIGITS}.`] },
      side: SIDE,
    },
  );
  return and(mayBeNumberText(attribute), not({ starts_with: [attribute, "-."] }), { "===": [left, PAD] });
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
