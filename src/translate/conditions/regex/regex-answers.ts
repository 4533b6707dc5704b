import type { Logic } from "../../../model/document.ts";
import { isNumber } from "../attribute.ts";
import { and, not, or } from "../logic.ts";
import { looksLikeNumber } from "../numbers/number-spellings.ts";
import { isNumberText, mayBeNumberText } from "../numbers/number-text.ts";
import { floatText } from "../numbers/python-numbers.ts";
import { spellsNumber } from "../numbers/spelled-number.ts";
import type { Operand } from "../operand.ts";
import { literalOf, matchesPath, type Path } from "./regex-atoms.ts";
import {
  byValue,
  forPrints,
  mayMatchNumber,
  needsBeginning,
  needsNoZeros,
  seesZeros,
  standInFor,
  takesMinus,
  takesPlainOnly,
} from "./regex-numbers.ts";
import { isPrintable, mayBeReprinted, printOfNumber, printOfText } from "./regex-print.ts";
import { shapeOf } from "./regex-shape.ts";

/** Texts of minus zero, which are printed as `0`, are the beginnings of this one. */
const MINUS_ZEROS = `-${"0".repeat(64)}`;

/** Does one of the paths match the text? */
export function matches(paths: readonly Path[], text: string): boolean {
  return paths.some((path) => matchesPath(path, text));
}

/** The test of a text for any of the paths; `undefined` where one has none. */
export function shapeOfAny(
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
  const limit = "below NONE it also holds for decimals of more than 15 digits, and for tiny ones";
  scope.warn("regex_unsupported", `REGEX "${value}": ${limit}`);
  return true;
}

/** For a number: by its value or by its print; where evaluators print it otherwise than Python, what narrows. */
export function numberAnswer(paths: readonly Path[], operand: Operand): Logic | undefined {
  const { attribute, scope } = operand;
  const own = paths.filter(mayMatchNumber).map(forPrints);
  const values = own.map((path) => byValue(path, attribute) ?? equalsLiteral(path, attribute));
  const others = own.filter((_, index) => values[index] === undefined);
  const known = or(...values.filter((value) => value !== undefined));
  if (others.length === 0) return known;
  const wanted = { signed: others.some(takesMinus), beginning: others.every(needsBeginning) };
  const text = printOfNumber(attribute, wanted);
  const print = shapeOfAny(others, { text, lines: false, negated: scope.negated });
  return print && or(known, { if: [isPrintable(attribute, wanted), print, whenUnsure(others, operand)] });
}

/** `^5$` takes one number. That JSON cannot tell 5.0 from 5 leaves none for `^5\.0$`. */
function equalsLiteral(path: Path, attribute: Logic): Logic | undefined {
  const literal = numberLiteralOf(path);
  if (literal === undefined) return undefined;
  return isPrint(literal) && !literal.endsWith(".0") && isNumber(attribute, Number(literal));
}

/**
 * For text. Number-like text is matched as Flagsmith prints the number, which only matters to patterns that look at
 * zeros. The compact tier narrows there.
 */
export function textAnswer(paths: readonly Path[], operand: Operand): Logic | undefined {
  const { attribute } = operand;
  const { negated, encoding } = operand.scope;
  const literals = paths.map(spellableLiteral).filter((literal) => literal !== undefined);
  const others = paths.filter((path) => spellableLiteral(path) === undefined);
  const spelled = literals.map((literal) => spellsLiteral(literal, attribute));
  const plain = shapeOfAny(others, { text: attribute, lines: true, negated });
  const own = others.filter(mayMatchNumber).map(forPrints);
  if (plain === undefined) return undefined;
  const isForAll = own.some((path) => byValue(path, attribute) === true);
  if (own.length === 0 || isForAll) return or(...spelled, plain);
  if (!own.some(seesZeros)) return or(...spelled, withMinusZero(plain, own, attribute));
  if (encoding === "compact") {
    const respelled = mayBeRespelled(attribute, { zeros: negated || !own.every(needsNoZeros) });
    return or(...spelled, negated ? or(plain, respelled) : and(plain, not(respelled)));
  }
  const number = printAnswer(own, operand);
  return number && or(...spelled, { if: [isNumberText(attribute), number, plain] });

  /** Texts of more digits than a float has spell a decimal, too: below NONE its print decides, which counts them in. */
  function spellableLiteral(path: Path): string | undefined {
    const literal = numberLiteralOf(path);
    return negated && literal?.includes(".") ? undefined : literal;
  }
}

/** For number-like text, by its print. */
function printAnswer(paths: readonly Path[], operand: Operand): Logic | undefined {
  const { attribute, scope } = operand;
  const standIn = standInFor(paths, whenUnsure(paths, operand));
  if (standIn === undefined) return undefined;
  const mayBeCut = !scope.negated && paths.every(({ end }) => !end);
  const text = printOfText(attribute, { standIn, mayBeCut });
  return shapeOfAny(paths, { text, lines: false, negated: scope.negated });
}

/**
 * `^5$` also takes `05`, and nothing that is a number prints as `05`; with a line break behind it is no number. Of a zero
 * with a dot the minus stays.
 */
function spellsLiteral(literal: string, attribute: Logic): Logic {
  const spellings = literal.includes(".") ? "all" : "whole";
  const isSigned: Logic = literal !== "0.0" || not({ starts_with: [attribute, "-"] });
  return or(
    { "===": [attribute, `${literal}\n`] },
    isPrint(literal) && and(isSigned, spellsNumber(attribute, literal, spellings)),
  );
}

/** Does Python print the number that the text stands for so? */
function isPrint(text: string): boolean {
  return text === (text.includes(".") ? floatText(Number(text)) : String(BigInt(text)));
}

function numberLiteralOf({ atoms, end }: Path): string | undefined {
  const literal = end ? literalOf(atoms) : undefined;
  return literal !== undefined && looksLikeNumber(literal) ? literal : undefined;
}

function withMinusZero(plain: Logic, paths: readonly Path[], attribute: Logic): Logic {
  const isMinusZero = and({ starts_with: [attribute, "-0"] }, { in: [attribute, MINUS_ZEROS] });
  const [one, other] = [matches(paths, "0"), matches(paths, "-0")];
  if (one === other) return plain;
  return one ? or(plain, isMinusZero) : and(plain, not(isMinusZero));
}

/** Number-like text that Flagsmith may print otherwise: with an exponent, without zeros if they matter, or as zero. */
function mayBeRespelled(attribute: Logic, { zeros }: { readonly zeros: boolean }): Logic {
  const starts = (prefix: string): Logic => ({ starts_with: [attribute, prefix] });
  const ends = (suffix: string): Logic => ({ ends_with: [attribute, suffix] });
  const hasZeros = or(
    and(starts("0"), not(starts("0.")), { "!==": [attribute, "0"] }),
    and({ in: [".", attribute] }, ends("0"), not(ends(".0"))),
  );
  const mayBeZero = and(starts("-0"), not(starts("-0.")));
  return {
    if: [or(zeros && hasZeros, mayBeZero, mayBeReprinted(attribute)), mayBeNumberText(attribute), false],
  };
}
