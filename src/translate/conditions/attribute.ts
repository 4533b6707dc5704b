import type { Logic } from "../../model/document.ts";
import { and, isText, or } from "./logic.ts";

/** What an operator answers per type of the attribute; a missing attribute always answers no. */
export interface AnswersByType {
  readonly text: Logic;
  readonly whenTrue: boolean;
  readonly whenFalse: boolean;
  readonly number: Logic;
}

/** Is it set? Not `missing`: the evaluators disagree on it (facts/encodings.md, section 1). */
export function isPresent(attribute: Logic): Logic {
  return { "!==": [attribute, null] };
}

/** TRUE(V) and FALSE(V) of facts/encodings.md, section 1: in Python `1 === true`, so there its text decides too. */
export function isBoolean(attribute: Logic, value: boolean): Logic {
  return and(
    { "===": [attribute, value] },
    inPythonOnly({ "===": [cat(attribute), value ? "True" : "False"] }),
  );
}

/** V === n without taking Python's booleans, which equal 0 and 1, for numbers (facts/encodings.md, section 1). */
export function isNumber(attribute: Logic, value: number): Logic {
  const equal: Logic = { "===": [attribute, value] };
  if (value !== 0 && value !== 1) return equal;
  return and(equal, inPythonOnly({ "===": [cat(attribute), String(value)] }));
}

/**
 * TEXT(V) of facts/encodings.md, section 1: silent in flagd's log for numbers, but only right once null and booleans are
 * excluded.
 */
export function isTextNotNumber(attribute: Logic): Logic {
  return { "===": [{ substr: [{ cat: ["~", attribute, "~"] }, 1, -1] }, attribute] };
}

/** The condition only counts where `1 === true`, which is Python; elsewhere it holds. */
export function inPythonOnly(condition: Logic): Logic {
  return { or: [{ "!==": [1, true] }, condition] };
}

/** The boolean part of a form whose other parts never match a boolean. */
export function booleanPart(attribute: Logic, whenTrue: boolean, whenFalse: boolean): Logic {
  return or(whenTrue && isBoolean(attribute, true), whenFalse && isBoolean(attribute, false));
}

/**
 * CASE of facts/encodings.md, section 1: each type gets its own answer, since Flagsmith casts the condition's value to
 * the type of the trait. With constants on all but text it shrinks to a form without type tests.
 */
export function byType(attribute: Logic, answers: AnswersByType): Logic {
  const { text, whenTrue, whenFalse, number } = answers;
  if (number === false) {
    return or(and(isText(attribute), text), booleanPart(attribute, whenTrue, whenFalse));
  }
  const booleans: readonly Logic[] =
    whenTrue === whenFalse
      ? [or(isBoolean(attribute, true), isBoolean(attribute, false)), whenTrue]
      : [isBoolean(attribute, true), whenTrue, isBoolean(attribute, false), whenFalse];
  return {
    if: [{ "===": [attribute, null] }, false, ...booleans, isTextNotNumber(attribute), text, number],
  };
}

function cat(attribute: Logic): Logic {
  return { cat: [attribute] };
}
