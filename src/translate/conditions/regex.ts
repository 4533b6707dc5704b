import type { Logic } from "../../model/document.ts";
import { coerce } from "./answer-for-text.ts";
import { byType, isNumber, isPresent } from "./attribute.ts";
import { and, not, or } from "./logic.ts";
import { looksLikeNumber, paddedSpellings } from "./number-spellings.ts";
import { isNumberText, mayBeNumberText } from "./number-text.ts";
import { type ConditionScope, narrow, type Operand } from "./operand.ts";
import { matchesPath, type Path, type Pattern } from "./regex-atoms.ts";
import { parsePattern } from "./regex-parse.ts";
import { shapeOf } from "./regex-shape.ts";

const DIGITS = "0123456789";
const IN_NUMBERS = `${DIGITS}.-`;

/**
 * REGEX (facts/encodings.md, section 2): Python's `re.match` on `str(trait)`, so that `True` and 5 have a text too. What
 * has no exact equivalent narrows.
 */
export function encodeRegex({ attribute, value, scope }: Operand): Logic {
  const pattern = readable(value, scope);
  if (pattern === undefined) return unsupported(value, scope);
  const answers = pattern.paths.map((path) => answerOf(path, attribute, scope));
  const known = answers.filter((answer) => answer !== undefined);
  if (known.length < answers.length) return unsupported(value, scope);
  const matches = (text: string) => pattern.paths.some((path) => matchesPath(path, text));
  const parts = {
    text: or(...known.map(({ text }) => text)),
    number: or(...known.map(({ number }) => number)),
    whenTrue: matches("True"),
    whenFalse: matches("False"),
  };
  if (parts.text === true && parts.number === true && parts.whenTrue && parts.whenFalse) {
    return isPresent(attribute);
  }
  return byType(attribute, parts);
}

/** REGEX on a text without a number's or a boolean's forms: `text` is an expression known to give text. */
export function encodeRegexOnText(value: string, text: Logic, scope: ConditionScope): Logic {
  const pattern = readable(value, scope);
  const shapes = pattern?.paths.map((path) => shapeOf(path, text, scope.negated)) ?? [undefined];
  const known = shapes.filter((shape) => shape !== undefined);
  return known.length < shapes.length ? unsupported(value, scope) : or(...known);
}

/** REGEX on a text that is known when translating. */
export function answerRegex(value: string, text: string, scope: ConditionScope): boolean {
  const pattern = readable(value, scope);
  if (pattern === undefined) return unsupported(value, scope);
  return pattern.paths.some((path) => matchesPath(path, printed(text)));
}

function unsupported(value: string, scope: ConditionScope): boolean {
  return isInvalid(value)
    ? narrow(scope, "malformed_value", `REGEX "${value}": Flagsmith fails on an invalid pattern`)
    : narrow(scope, "regex_unsupported", `REGEX "${value}": no equivalent in flagd`);
}

/** A pattern that stands for less than Python's may only be used where less narrows. */
function readable(value: string, scope: ConditionScope): Pattern | undefined {
  const pattern = parsePattern(value);
  if (!pattern?.narrowed) return pattern;
  if (scope.negated) return undefined;
  scope.warn("regex_unsupported", `REGEX "${value}": its classes stand for ASCII only`);
  return pattern;
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

interface PathAnswer {
  readonly text: Logic;
  readonly number: Logic;
}

function answerOf(path: Path, attribute: Logic, scope: ConditionScope): PathAnswer | undefined {
  const literal = literalOf(path);
  if (literal !== undefined && looksLikeNumber(literal)) return answerOfNumber(literal, attribute, scope);
  const text = shapeOf(path, attribute, scope.negated);
  if (text === undefined) return undefined;
  if (!mayMatchNumber(path)) return { text, number: false };
  const number = shapeOf(path, { cat: [attribute] }, scope.negated) ?? false;
  return { text: withNumberText(path, text, { attribute, scope }), number };
}

/** `^5$`: text counts by the number that Flagsmith makes of it, so `05` matches it and nothing matches `^05$`. */
function answerOfNumber(literal: string, attribute: Logic, scope: ConditionScope): PathAnswer {
  const isCanonical = printed(literal) === literal;
  if (!isCanonical) return { text: false, number: false };
  const number = Number(literal);
  const spellings = literal.includes(".") ? [literal, `${literal}0`] : paddedSpellings(BigInt(literal));
  const text = or(
    ...spellings.map((spelling): Logic => ({ "===": [attribute, spelling] })),
    scope.encoding === "compact" && scope.negated && isRespelled(attribute, mayBeNumberText(attribute)),
  );
  const isWholeWithDecimals = literal.includes(".") && Number.isInteger(number);
  return { text, number: !isWholeWithDecimals && isNumber(attribute, number) };
}

/** Number-like text is matched as Flagsmith prints the number: `05` as `5`, `1.50` as `1.5`. */
function withNumberText(
  path: Path,
  text: Logic,
  { attribute, scope }: { readonly attribute: Logic; readonly scope: ConditionScope },
): Logic {
  if (scope.encoding === "compact" && scope.negated) {
    return or(text, isRespelled(attribute, mayBeNumberText(attribute)));
  }
  if (!mayMatchRespelled(path)) return text;
  const numberText = scope.encoding === "exact" ? isNumberText(attribute) : mayBeNumberText(attribute);
  return and(text, not(isRespelled(attribute, numberText)));
}

/** Number-like text that Flagsmith prints otherwise: leading zeros, or trailing ones after the dot. */
function isRespelled(attribute: Logic, numberText: Logic): Logic {
  const starts = (prefix: string): Logic => ({ starts_with: [attribute, prefix] });
  const ends = (suffix: string): Logic => ({ ends_with: [attribute, suffix] });
  const respelled = or(
    and(starts("0"), not(starts("0.")), { "!==": [attribute, "0"] }),
    and(starts("-0"), not(starts("-0."))),
    and({ in: [".", attribute] }, ends("0"), not(ends(".0"))),
  );
  return { if: [respelled, numberText, false] };
}

/** Could the path match a number's text? */
function mayMatchNumber({ atoms }: Path): boolean {
  return atoms.every((atom) => (atom.kind === "run" && atom.least === 0) || allowsOneOf(atom, IN_NUMBERS));
}

/** Could it match a respelled number but not the number as printed? Then the zeros themselves are looked at. */
function mayMatchRespelled(path: Path): boolean {
  const { atoms } = path;
  const last = atoms.at(-1);
  const looksAtTrailing = last?.kind === "one" && allowsOneOf(last, "0");
  return looksAtLeadingZeros(path) || (looksAtTrailing && atoms.some((atom) => allowsOneOf(atom, ".")));
}

/** A run of any digits, or one digit that anything may follow, is as content with the number as printed. */
function looksAtLeadingZeros({ atoms, end }: Path): boolean {
  const [first, ...others] = atoms;
  if (first === undefined) return false;
  const mayBeSkipped = first.kind === "run" && first.least === 0 && first.excluded;
  const isSign = allowsOneOf(first, "-") && !allowsOneOf(first, DIGITS);
  if (mayBeSkipped || isSign) return looksAtLeadingZeros({ atoms: others, end });
  if (!allowsOneOf(first, "0")) return false;
  const takesAnyDigit = Array.from(DIGITS).every((digit) => allowsOneOf(first, digit));
  return others.length > 0 || !takesAnyDigit || (first.kind === "one" && end);
}

function allowsOneOf({ kind, chars, ...atom }: Path["atoms"][number], wanted: string): boolean {
  if (chars === null) return true;
  const excluded = kind === "run" && "excluded" in atom && atom.excluded;
  return Array.from(wanted).some((char) => chars.includes(char) !== excluded);
}

function literalOf({ atoms, end }: Path): string | undefined {
  if (!end || atoms.some((atom) => atom.kind === "run" || atom.chars?.length !== 1)) return undefined;
  return atoms.map(({ chars }) => chars).join("");
}

/** Python's `str()` of what Flagsmith makes of a text. */
function printed(text: string): string {
  const trait = coerce(text);
  if (typeof trait !== "number") return String(trait);
  return Number.isInteger(trait) ? trait.toFixed(1) : String(trait);
}
