import type { Logic } from "../../model/document.ts";
import { inPythonOnly, isPresent, isTextNotNumber } from "./attribute.ts";
import { inValues } from "./in-values.ts";
import { and, not, or } from "./logic.ts";
import { looksLikeNumber, paddedSpellings } from "./number-spellings.ts";
import type { Operand } from "./operand.ts";

/**
 * IN (facts/encodings.md, section 2): items are text; a whole-number trait matches by its own text, so `5` matches 5 and
 * `05` matches nothing; traits with decimals and booleans never match. The test against 0 is for Go, to which 0 is in
 * every list of texts.
 */
export function encodeIn({ attribute, value, scope }: Operand): Logic {
  const items = inValues(value);
  const wholes = items.filter(isCanonicalWhole).map((item) => BigInt(item));
  const texts = new Set([
    ...items.filter((item) => !looksLikeNumber(item)),
    ...wholes.flatMap((whole) => paddedSpellings(whole)),
  ]);
  const numbers = [...new Set(wholes.map(Number).filter(Number.isSafeInteger))];
  return or(
    texts.size > 0 && and({ "!==": [attribute, 0] }, { in: [attribute, [...texts]] }),
    isOneOf(attribute, numbers),
    wholes.length > 0 && scope.encoding === "compact" && scope.negated && hasMoreZeros(attribute),
  );
}

function isOneOf(attribute: Logic, numbers: readonly number[]): Logic {
  if (numbers.length === 0) return false;
  const member: Logic = { in: [attribute, [...numbers]] };
  if (!numbers.includes(0) && !numbers.includes(1)) return member;
  return and(member, inPythonOnly(not({ in: [{ cat: [attribute] }, ["True", "False"]] })));
}

/** Over-estimates the spellings with more leading zeros than those listed. */
function hasMoreZeros(attribute: Logic): Logic {
  return and(
    isPresent(attribute),
    { "!==": [attribute, true] },
    { "!==": [attribute, false] },
    isTextNotNumber(attribute),
    or({ starts_with: [attribute, "00"] }, { starts_with: [attribute, "-0"] }),
  );
}

function isCanonicalWhole(item: string): boolean {
  return /^(?:0|-?[1-9][0-9]*)$/.test(item);
}
