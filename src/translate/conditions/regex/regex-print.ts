import type { Logic } from "../../../model/document.ts";
import { and, not, or } from "../logic.ts";
import { FIRST, REST, times, walk } from "../loop.ts";

const DIGITS = "0123456789";
const PAD = "~";
/** So many leading and trailing zeros are taken away. */
const MOST_ZEROS = 64;
/** A print of no more characters has at most 15 digits, which no float changes. */
const MOST_PLAIN = 16;

/** What stands for a number that no evaluator prints as Python does. */
export interface Unprintable {
  /** For the whole print. */
  readonly standIn: string;
  /** May the beginning of the print stand for it, where that is certain? */
  readonly mayBeCut: boolean;
}

/**
 * The print of the number that a number-like text stands for: the text without the zeros that do not count. A float has
 * 15 digits for certain; where a text with a dot has more, its print begins as the text does. Near zero Python prints an
 * exponent.
 */
export function printOfText(attribute: Logic, { standIn, mayBeCut }: Unprintable): Logic {
  const isNearZero: Logic = { in: [begins(6), ["0.0000", "-0.000"]] };
  const isShort: Logic = {
    "===": [{ substr: [{ cat: [REST, PAD.repeat(MOST_PLAIN)] }, MOST_PLAIN, 1] }, PAD],
  };
  const hasDot: Logic = { in: [".", begins(MOST_PLAIN)] };
  const known = walk(withoutZeros(attribute), times(1), [
    not({ in: [".", REST] }),
    REST,
    isNearZero,
    standIn + PAD,
    isShort,
    REST,
    ...(mayBeCut ? [hasDot, certainBeginning()] : []),
    standIn + PAD,
  ]);
  return { substr: [known, 0, -1] };
}

/**
 * Of a print that is too long for a float: up to the last of its 15 digits that is neither a 9, which may be carried over,
 * nor a 0, which may be left out. That one may be one more.
 */
function certainBeginning(): Logic {
  const mayChange = and({ in: [{ substr: [REST, -1] }, "09."] }, { "!==": [{ substr: [REST, 0, 2] }, REST] });
  const left = walk({ cat: [PAD, begins(MOST_PLAIN)] }, times(MOST_PLAIN - 1), [
    mayChange,
    { substr: [REST, 0, -1] },
    REST,
  ]);
  return { cat: [{ substr: [left, 1, -1] }, PAD] };
}

function begins(length: number): Logic {
  return { substr: [REST, 0, length] };
}

/** May a text's number have an exponent or fewer digits in print? A cheap test that holds wherever it does. */
export function mayBeReprinted(attribute: Logic): Logic {
  const padding = PAD.repeat(MOST_PLAIN + 1);
  return and(
    { in: [".", attribute] },
    or(
      { "!==": [{ substr: [{ cat: [attribute, padding] }, MOST_PLAIN, 1] }, PAD] },
      { in: ["0.0000", attribute] },
    ),
  );
}

/** Without leading zeros, and without trailing ones behind a dot; minus zero is zero. Padded at the end. */
function withoutZeros(attribute: Logic): Logic {
  const from = (place: number): Logic => ({ substr: [REST, place, 1] });
  const isZero = (place: number): Logic =>
    and({ "===": [from(place), "0"] }, { in: [from(place + 1), DIGITS] });
  return walk({ cat: [attribute, PAD] }, times(MOST_ZEROS), [
    isZero(0),
    { substr: [REST, 1] },
    and({ "===": [FIRST, "-"] }, isZero(1)),
    { cat: ["-", { substr: [REST, 2] }] },
    { "===": [REST, `-0${PAD}`] },
    `0${PAD}`,
    and(
      { in: [".", REST] },
      { "===": [{ substr: [REST, -2] }, `0${PAD}`] },
      { "!==": [{ substr: [REST, -3] }, `.0${PAD}`] },
    ),
    { cat: [{ substr: [REST, 0, -2] }, PAD] },
    REST,
  ]);
}

/**
 * A number's print as Python's `str()`, if {@link isPrintable}. Java prints numbers from 10^7 on with an exponent, so it
 * gets the last six digits, which no zero leads, by themselves, and the six before them.
 */
export function printOfNumber(attribute: Logic, { signed }: { readonly signed: boolean }): Logic {
  const isNegative: Logic = { "<": [attribute, 0] };
  const size: Logic = signed ? { if: [isNegative, { "-": [0, attribute] }, attribute] } : attribute;
  const above = walk(withoutLast(size), times(1), [
    { "<": [REST, 1e7] },
    { cat: [REST] },
    { cat: [withoutLast(REST), lastDigits(REST)] },
  ]);
  const sign: readonly Logic[] = signed ? [{ if: [isNegative, "-", ""] }] : [];
  return {
    if: [
      and(!signed || { ">": [attribute, -1e7] }, { "<": [attribute, 1e7] }),
      { cat: [attribute] },
      { cat: [...sign, above, lastDigits(size)] },
    ],
  };
}

/** Which numbers need a print, and how much of it. */
export interface Wanted {
  /** Negative ones, too? Without, the minus of their prints is enough. */
  readonly signed: boolean;
  /** Only the beginning? */
  readonly beginning: boolean;
}

/**
 * Do all evaluators print the number as Python does? Whole ones up to 2^53. With decimals Java does so from a thousandth
 * up to 10^7, Python's evaluator up to 15 digits, and Rust's reads no more for certain.
 */
export function isPrintable(attribute: Logic, { signed, beginning }: Wanted): Logic {
  const print: Logic = { cat: [attribute] };
  const isRead: Logic = { "===": [{ "+": [print, 0] }, attribute] };
  const isShort: Logic = {
    "===": [{ substr: [{ cat: [attribute, PAD.repeat(MOST_PLAIN + 1)] }, MOST_PLAIN, 1] }, PAD],
  };
  const between = (low: number, high: number): Logic =>
    and({ ">=": [attribute, low] }, { "<=": [attribute, high] });
  const lowest = 0.001;
  const highest = 9_999_999.999;
  const positive = between(lowest, highest);
  const isExact = and(isRead, beginning || isShort);
  return {
    if: [
      isWhole(attribute),
      signed
        ? between(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
        : { "<=": [attribute, Number.MAX_SAFE_INTEGER] },
      signed
        ? and(or(positive, between(-highest, -lowest)), isExact)
        : or({ "<": [attribute, 0] }, and(positive, isExact)),
    ],
  };
}

/** Has the number no decimals? */
export function isWhole(attribute: Logic): Logic {
  return { "===": [{ "+": [{ "%": [attribute, 1] }, 0] }, 0] };
}

function withoutLast(number: Logic): Logic {
  return { "/": [{ "-": [number, { "%": [number, 1e6] }] }, 1e6] };
}

function lastDigits(number: Logic): Logic {
  return { substr: [{ cat: [{ "+": [{ "%": [number, 1e6] }, 1e6] }] }, 1] };
}
