/** regex: REGEX by flagd's own means, where its pattern is one of the shapes that can be told without an engine. */
import type { Logic } from "../../../model/document.ts";
import { printed } from "../answer-for-text.ts";
import { byType, isPresent } from "../attribute.ts";
import { type ConditionScope, narrow, type Operand } from "../operand.ts";
import { matches, numberAnswer, shapeOfAny, textAnswer } from "./regex-answers.ts";
import type { Path } from "./regex-atoms.ts";
import { withDots } from "./regex-dots.ts";
import { parsePattern } from "./regex-parse.ts";

/** The path that matches whatever there is. */
const ANYTHING: Path = { atoms: [], end: false };

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
  if (pattern === undefined) return unsupported(value, scope);
  const holds = matches(pattern.paths, printed(text));
  const isAscii = Array.from(text).every((char) => char < "\u0080");
  return holds || !pattern.narrowed || isAscii ? holds : unsupported(value, scope);
}

function unsupported(value: string, scope: ConditionScope): boolean {
  return isInvalid(value)
    ? narrow(scope, "malformed_value", `REGEX "${value}": Flagsmith fails on an invalid pattern`)
    : narrow(scope, "regex_unsupported", `REGEX "${value}": no equivalent in flagd`);
}

/**
 * A pattern that stands for less than Python's may only be used where less narrows. One that takes the empty text takes
 * every other, too, wherever no `$` follows.
 */
function readPaths(value: string, scope: ConditionScope): readonly Path[] | undefined {
  const pattern = parsePattern(value);
  if (pattern?.paths.some(({ atoms, end }) => atoms.length === 0 && !end)) return [ANYTHING];
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
