import type { Logic } from "../../model/document.ts";
import { inPythonOnly, isPresent, isTextNotNumber } from "./attribute.ts";
import { inValues } from "./in-values.ts";
import { and, not, or } from "./logic.ts";
import { FIRST, REST, times, walk } from "./loop.ts";
import { looksLikeNumber, paddedSpellings, partsOf } from "./numbers/number-spellings.ts";
import { warnOfRounding } from "./numbers/rounded-number.ts";
import type { Operand } from "./operand.ts";

/** So many leading zeros are recognised. */
const MOST_ZEROS = 24;
/** Items that stay text in Flagsmith, but that Go, asked for a number, reads as one within a list: `+5`, `1e3`, `inf`. */
const NUMBER_TO_GO = /^[+-]?(?:[0-9_.]+(?:e[+-]?[0-9_]+)?|0x[0-9a-f_.p+-]+|inf(?:inity)?|nan)$/i;
/** Ends a text whose zeros are taken away, so that it never becomes empty. */
const PAD = "~";

/**
 * IN (facts/encodings.md, section 2): items are text; a whole-number trait matches by its own text, and text that looks
 * like a whole number by that number's, so `5` matches 5 and `05`, and `05` matches nothing; traits with decimals and
 * booleans never match. The test against 0 is for Go, to which 0 is in every list of texts.
 */
export function encodeIn({ attribute, value, scope }: Operand): Logic {
  const items = inValues(value);
  const wholes = items.filter(isCanonicalWhole).map((item) => BigInt(item));
  const isCompact = scope.encoding === "compact";
  const texts = new Set([
    ...items.filter((item) => !looksLikeNumber(item)),
    ...wholes.flatMap((whole) => (isCompact ? paddedSpellings(whole) : [String(whole)])),
  ]);
  const strict = items.filter((item) => !looksLikeNumber(item) && NUMBER_TO_GO.test(item));
  for (const item of strict) texts.delete(item);
  const numbers = [...new Set(wholes.map(Number))].filter(
    (number) => scope.negated || Number.isSafeInteger(number),
  );
  const rounded = wholes.find((whole) => !Number.isSafeInteger(Number(whole)));
  if (rounded !== undefined) warnOfRounding("IN", String(rounded), scope);
  return or(
    ...[...new Set(strict)].map((item): Logic => ({ "===": [attribute, item] })),
    texts.size > 0 && and({ "!==": [attribute, 0] }, { in: [attribute, [...texts]] }),
    isOneOf(attribute, numbers),
    wholes.length > 0 &&
      (isCompact ? scope.negated && hasZeros(attribute, wholes) : isPadded(attribute, wholes)),
  );
}

function isOneOf(attribute: Logic, numbers: readonly number[]): Logic {
  if (numbers.length === 0) return false;
  const member: Logic = { in: [attribute, [...numbers]] };
  if (!numbers.includes(0) && !numbers.includes(1)) return member;
  return and(member, inPythonOnly(not({ in: [{ cat: [attribute] }, ["True", "False"]] })));
}

/**
 * One of the numbers behind leading zeros: they are taken away first. `-0` is 0, so 0 also counts behind a minus. A
 * number's print, too, only matches if it is that number; null and booleans cannot be printed.
 */
function isPadded(attribute: Logic, wholes: readonly bigint[]): Logic {
  const ends = (numbers: readonly bigint[]) => [...new Set(numbers)].map(endOf);
  const positive = ends(wholes.filter((whole) => whole >= 0n));
  const negative = ends(wholes.filter((whole) => whole <= 0n));
  const minus: Logic = { "===": [{ substr: [{ cat: [PAD, attribute] }, 1, 1] }, "-"] };
  const behindMinus: Logic = { substr: [{ cat: [PAD, attribute, PAD] }, 2] };
  return and(
    isPresent(attribute),
    { "!==": [attribute, true] },
    { "!==": [attribute, false] },
    or(
      positive.length > 0 &&
        and({ "!==": [attribute, ""] }, endsAs({ cat: ["0", attribute, PAD] }, positive)),
      negative.length > 0 && and(minus, { "!==": [attribute, "-"] }, endsAs(behindMinus, negative)),
    ),
  );
}

function endsAs(padded: Logic, ends: readonly string[]): Logic {
  const isZero: Logic = { "===": [FIRST, "0"] };
  return { in: [walk(padded, times(MOST_ZEROS + 1), [isZero, { substr: [REST, 1] }, REST]), [...ends]] };
}

/** What is left of the number's text without its leading zeros: of 0, nothing. */
function endOf(whole: bigint): string {
  return (whole === 0n ? "" : partsOf(whole).digits) + PAD;
}

/** Over-estimates the spellings with more leading zeros than those listed, which have up to three digits. */
function hasZeros(attribute: Logic, wholes: readonly bigint[]): Logic {
  const zeros = wholes.some((whole) => partsOf(whole).digits.length > 2) ? "0" : "00";
  return and(
    isPresent(attribute),
    { "!==": [attribute, true] },
    { "!==": [attribute, false] },
    isTextNotNumber(attribute),
    or({ starts_with: [attribute, zeros] }, { starts_with: [attribute, "-0"] }),
  );
}

function isCanonicalWhole(item: string): boolean {
  return /^(?:0|-?[1-9][0-9]*)$/.test(item);
}
