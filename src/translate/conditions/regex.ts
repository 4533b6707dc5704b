import type { Logic } from "../../model/document.ts";
import { coerce } from "./answer-for-text.ts";
import { byType, isNumber, isPresent } from "./attribute.ts";
import { and, not, or } from "./logic.ts";
import { decimalSpelling, looksLikeNumber } from "./number-spellings.ts";
import { isNumberText, mayBeNumberText } from "./number-text.ts";
import { type ConditionScope, narrow, type Operand } from "./operand.ts";
import { literalOf, matchesPath, type Path } from "./regex-atoms.ts";
import { withDots } from "./regex-dots.ts";
import {
  byValue,
  isPlain,
  isPrintable,
  mayMatchNumber,
  needsNoZeros,
  printOfNumber,
  printOfText,
  seesZeros,
  takesPlainOnly,
} from "./regex-numbers.ts";
import { parsePattern } from "./regex-parse.ts";
import { shapeOf } from "./regex-shape.ts";
import { spellsNumber } from "./spelled-number.ts";

/** Whole numbers' texts that are printed as `0`. */
const MINUS_ZEROS = ["-0", "-00", "-000"];

/**
 * REGEX (facts/encodings.md, section 2): Python's `re.match` on `str(trait)`, so that `True` and 5 have a text too. What
 * has no exact equivalent narrows.
 */
export function encodeRegex({ attribute, value, scope }: Operand): Logic {
  const paths = readPaths(value, scope);
  const number = paths && numberAnswer(paths, { attribute, value, scope });
  const text = paths && textAnswer(paths, { attribute, value, scope });
  if (paths === undefined || text === undefined || number === undefined) return unsupported(value, scope);
  const whenTrue = matches(paths, "True");
  const whenFalse = matches(paths, "False");
  if (text === true && number === true && whenTrue && whenFalse) return isPresent(attribute);
  return byType(attribute, { text, number, whenTrue, whenFalse });
}

/** REGEX on a text without a number's or a boolean's forms: `text` is an expression known to give text. */
export function encodeRegexOnText(value: string, text: Logic, scope: ConditionScope): Logic {
  const paths = readPaths(value, scope);
  const logic = paths && shapeOfAny(paths, { text, lines: true, negated: scope.negated });
  return logic ?? unsupported(value, scope);
}

/** REGEX on a text that is known when translating. */
export function answerRegex(value: string, text: string, scope: ConditionScope): boolean {
  const pattern = parsePattern(value);
  if (pattern === undefined || pattern.narrowed) return unsupported(value, scope);
  return matches(pattern.paths, printed(text));
}

function unsupported(value: string, scope: ConditionScope): boolean {
  return isInvalid(value)
    ? narrow(scope, "malformed_value", `REGEX "${value}": Flagsmith fails on an invalid pattern`)
    : narrow(scope, "regex_unsupported", `REGEX "${value}": no equivalent in flagd`);
}

/** A pattern that stands for less than Python's may only be used where less narrows. */
function readPaths(value: string, scope: ConditionScope): readonly Path[] | undefined {
  const pattern = parsePattern(value);
  if (pattern === undefined || (pattern.narrowed && scope.negated)) return undefined;
  const dotted = pattern.paths.map((path) => withDots(path, scope.negated));
  const known = dotted.filter((one) => one !== undefined);
  if (known.length < dotted.length) return undefined;
  if (pattern.narrowed) {
    const advice = "write [0-9] for \\d, or list a class's letters";
    scope.warn("regex_unsupported", `REGEX "${value}": its classes stand for ASCII only; ${advice}`);
  }
  if (known.some(({ narrowed }) => narrowed)) {
    const limit = '"." is not exact for characters beyond U+FFFF; write \\. for a dot';
    scope.warn("regex_unsupported", `REGEX "${value}": ${limit}`);
  }
  return known.flatMap(({ paths }) => paths);
}

/** Groups and possessive repetition that only Python knows are no mistake. */
function isInvalid(value: string): boolean {
  if (/\(\?|[*+?}]\+/.test(value)) return false;
  try {
    new RegExp(value);
    return false;
  } catch {
    return true;
  }
}

function matches(paths: readonly Path[], text: string): boolean {
  return paths.some((path) => matchesPath(path, text));
}

function shapeOfAny(
  paths: readonly Path[],
  matched: { readonly text: Logic; readonly lines: boolean; readonly negated: boolean },
): Logic | undefined {
  const shapes = paths.map((path) => shapeOf(path, matched));
  const known = shapes.filter((shape) => shape !== undefined);
  return known.length < shapes.length ? undefined : or(...known);
}

/**
 * What is taken of a number that evaluators print otherwise than Python: that it does not match, or, below NONE, where
 * that could widen, that it does.
 */
function whenUnsure(paths: readonly Path[], { value, scope }: Operand): boolean {
  if (!scope.negated || paths.every(takesPlainOnly)) return false;
  const limit = "below NONE it also holds for numbers beyond 13 digits, and for tiny ones";
  scope.warn("regex_unsupported", `REGEX "${value}": ${limit}`);
  return true;
}

/** For a number: by its value or by its print; where evaluators print it otherwise than Python, what narrows. */
function numberAnswer(paths: readonly Path[], operand: Operand): Logic | undefined {
  const { attribute, scope } = operand;
  const own = paths.filter(mayMatchNumber);
  const values = own.map((path) => byValue(path, attribute) ?? equalsLiteral(path, attribute));
  const others = own.filter((_, index) => values[index] === undefined);
  const known = or(...values.filter((value) => value !== undefined));
  if (others.length === 0) return known;
  const print = shapeOfAny(others, { text: printOfNumber(attribute), lines: false, negated: scope.negated });
  return print && or(known, { if: [isPrintable(attribute), print, whenUnsure(others, operand)] });
}

/** `^5$` takes one number. That JSON cannot tell 5.0 from 5 leaves none for `^5\.0$`. */
function equalsLiteral(path: Path, attribute: Logic): Logic | undefined {
  const literal = numberLiteralOf(path);
  if (literal === undefined) return undefined;
  return literal === printOf(literal) && !literal.endsWith(".0") && isNumber(attribute, Number(literal));
}

/**
 * For text. Number-like text is matched as Flagsmith prints the number, which only matters to patterns that look at
 * zeros. The compact tier narrows there.
 */
function textAnswer(paths: readonly Path[], operand: Operand): Logic | undefined {
  const { attribute } = operand;
  const { negated, encoding } = operand.scope;
  const literals = paths.map(numberLiteralOf).filter((literal) => literal !== undefined);
  const others = paths.filter((path) => numberLiteralOf(path) === undefined);
  const spelled = literals.map((literal) => spellsLiteral(literal, attribute));
  const plain = shapeOfAny(others, { text: attribute, lines: true, negated });
  const own = others.filter(mayMatchNumber);
  if (plain === undefined || own.length === 0) return plain === undefined ? undefined : or(...spelled, plain);
  if (!own.some(seesZeros)) return or(...spelled, withMinusZero(plain, own, attribute));
  if (encoding === "compact") {
    const respelled = mayBeRespelled(attribute, { zeros: negated || !own.every(needsNoZeros) });
    return or(...spelled, negated ? or(plain, respelled) : and(plain, not(respelled)));
  }
  const print = shapeOfAny(own, { text: printOfText(attribute), lines: false, negated });
  if (print === undefined) return undefined;
  const number: Logic = { if: [isPlain(attribute), print, whenUnsure(own, operand)] };
  return or(...spelled, { if: [isNumberText(attribute), number, plain] });
}

/** `^5$` also takes `05`, and nothing that is a number prints as `05`; with a line break behind it is no number. */
function spellsLiteral(literal: string, attribute: Logic): Logic {
  const spellings = literal.includes(".") ? "all" : "whole";
  return or(
    { "===": [attribute, `${literal}\n`] },
    literal === printOf(literal) && spellsNumber(attribute, literal, spellings),
  );
}

function numberLiteralOf({ atoms, end }: Path): string | undefined {
  const literal = end ? literalOf(atoms) : undefined;
  return literal !== undefined && looksLikeNumber(literal) ? literal : undefined;
}

function withMinusZero(plain: Logic, paths: readonly Path[], attribute: Logic): Logic {
  const isMinusZero: Logic = { in: [attribute, MINUS_ZEROS] };
  const [one, other] = [matches(paths, "0"), matches(paths, "-0")];
  if (one === other) return plain;
  return one ? or(plain, isMinusZero) : and(plain, not(isMinusZero));
}

/** Number-like text that Flagsmith may print otherwise: with an exponent, or, if they matter, without zeros. */
function mayBeRespelled(attribute: Logic, { zeros }: { readonly zeros: boolean }): Logic {
  const starts = (prefix: string): Logic => ({ starts_with: [attribute, prefix] });
  const ends = (suffix: string): Logic => ({ ends_with: [attribute, suffix] });
  const hasZeros = or(
    and(starts("0"), not(starts("0.")), { "!==": [attribute, "0"] }),
    and(starts("-0"), not(starts("-0."))),
    and({ in: [".", attribute] }, ends("0"), not(ends(".0"))),
  );
  return { if: [or(zeros && hasZeros, not(isPlain(attribute))), mayBeNumberText(attribute), false] };
}

/** Python's print of the number that a number-like text stands for; `undefined` if it has an exponent. */
function printOf(text: string): string | undefined {
  if (!text.includes(".")) return String(BigInt(text));
  const value = Number(text);
  const size = Math.abs(value);
  return (size >= 1e-4 && size < 1e16) || value === 0 ? decimalSpelling(value) : undefined;
}

/** Python's `str()` of what Flagsmith makes of a text. */
function printed(text: string): string {
  const trait = coerce(text);
  if (typeof trait !== "number") return String(trait);
  return Number.isInteger(trait) ? trait.toFixed(1) : String(trait);
}
