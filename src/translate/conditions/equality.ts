import type { Logic } from "../../model/document.ts";
import { booleanPart, byType, isNumber, isPresent, isTextNotNumber } from "./attribute.ts";
import { answerForBoolean } from "./comparison.ts";
import { and, not, or } from "./logic.ts";
import { numberAnswers } from "./number-answers.ts";
import { decimalSpellings, partsOf, wholeSpellings } from "./number-spellings.ts";
import { isNumberText, mayBeNumberText } from "./number-text.ts";
import { type NumericValue, numericValue } from "./numeric-value.ts";
import type { Operand } from "./operand.ts";

/**
 * EQUAL (facts/encodings.md, section 2): the text itself, the number, the usual spellings of the number as text, and the
 * boolean to which the value casts. Strict equality alone never raises, so no type test is needed.
 */
export function encodeEqual({ attribute, value, scope }: Operand): Logic {
  const number = numericValue(value);
  const texts = new Set([value, ...spellings(number)]);
  const [whenTrue, whenFalse] = [true, false].map((trait) => answerForBoolean("EQUAL", trait, value));
  return or(
    ...Array.from(texts, (text): Logic => ({ "===": [attribute, text] })),
    equalsNumber(attribute, number, scope.negated),
    booleanPart(attribute, whenTrue === true, whenFalse === true),
    scope.encoding === "compact" && scope.negated && hasOtherSpelling(attribute, number),
  );
}

/** NOT_EQUAL: not the complement of EQUAL, since a missing trait and a failed cast answer no here too. */
export function encodeNotEqual({ attribute, value, scope }: Operand): Logic {
  const number = numericValue(value);
  const differs: Logic = { "!==": [attribute, value] };
  const answers = numberAnswers(attribute, number, {
    operator: "NOT_EQUAL",
    number: "!==",
    numberText: "!=",
  });
  return byType(attribute, {
    text: scope.encoding === "compact" ? compactText() : exactText(),
    whenTrue: answerForBoolean("NOT_EQUAL", true, value),
    whenFalse: answerForBoolean("NOT_EQUAL", false, value),
    number: answers.number,
  });

  function exactText(): Logic {
    if (answers.numberText === false) return and(not(isNumberText(attribute)), differs);
    return { if: [isNumberText(attribute), answers.numberText, differs] };
  }

  /** Whatever spells a whole number contains its digits: text without them is unequal, be it a number or not. */
  function compactText(): Logic {
    if (scope.negated) return and(...differsFromAll(attribute, [value, ...spellings(number)]));
    if (number?.kind !== "whole") return and(not(mayBeNumberText(attribute)), differs);
    const digits = partsOf(number.digits).digits;
    return and(not({ in: [digits, attribute] }), value.includes(digits) || differs);
  }
}

function equalsNumber(attribute: Logic, number: NumericValue | undefined, negated: boolean): Logic {
  if (number === undefined || number.kind === "limit") return false;
  if (number.kind === "decimal") return !Number.isInteger(number.value) && isNumber(attribute, number.value);
  return (Number.isSafeInteger(number.value) || negated) && isNumber(attribute, number.value);
}

/** Over-estimates the spellings that {@link spellings} leaves out: more leading or trailing zeros. */
function hasOtherSpelling(attribute: Logic, number: NumericValue | undefined): Logic {
  if (number === undefined || number.kind === "limit") return false;
  return and(
    isPresent(attribute),
    { "!==": [attribute, true] },
    { "!==": [attribute, false] },
    isTextNotNumber(attribute),
    { in: [number.kind === "whole" ? partsOf(number.digits).digits : ".", attribute] },
    or(
      { starts_with: [attribute, "00"] },
      { starts_with: [attribute, "-0"] },
      and({ in: [".", attribute] }, or({ ends_with: [attribute, "0"] }, { starts_with: [attribute, "0"] })),
    ),
  );
}

function spellings(number: NumericValue | undefined): readonly string[] {
  if (number === undefined || number.kind === "limit") return [];
  return number.kind === "whole" ? wholeSpellings(number.digits) : decimalSpellings(number.value);
}

function differsFromAll(attribute: Logic, texts: readonly string[]): readonly Logic[] {
  return [...new Set(texts)].map((text) => ({ "!==": [attribute, text] }));
}
