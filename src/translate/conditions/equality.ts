import type { Logic } from "../../model/document.ts";
import { booleanPart, byType, isNumber } from "./attribute.ts";
import { answerForBoolean } from "./comparison.ts";
import { and, not, or } from "./logic.ts";
import { numberAnswers } from "./numbers/number-answers.ts";
import { decimalSpelling, looksLikeNumber, partsOf } from "./numbers/number-spellings.ts";
import { isNumberText, mayBeNumberText } from "./numbers/number-text.ts";
import { type NumericValue, numericValue } from "./numbers/numeric-value.ts";
import { warnOfRounding } from "./numbers/rounded-number.ts";
import { spellsNumber } from "./numbers/spelled-number.ts";
import type { Operand } from "./operand.ts";

/**
 * EQUAL (facts/encodings.md, section 2): the text itself, the number, whatever spells the number as text, and the
 * boolean to which the value casts. Strict equality alone never raises; to be printed, null and false are excluded, and
 * true equals every number before that.
 */
export function encodeEqual({ attribute, value, scope }: Operand): Logic {
  const number = numericValue(value);
  const spelled = spells(attribute, number);
  warnOfRounding("EQUAL", value, scope);
  return or(
    !isAmongSpellings(value, number) && { "===": [attribute, value] },
    equalsNumber(attribute, number, scope.negated),
    booleanPart(attribute, answerForBoolean("EQUAL", true, value), answerForBoolean("EQUAL", false, value)),
    and({ "!==": [attribute, null] }, { "!==": [attribute, false] }, spelled),
  );
}

/** NOT_EQUAL: not the complement of EQUAL, since a missing trait and a failed cast answer no here too. */
export function encodeNotEqual({ attribute, value, scope }: Operand): Logic {
  const number = numericValue(value);
  const differs: Logic = { "!==": [attribute, value] };
  const { number: whenNumber, numberText } = numberAnswers(attribute, number, {
    operator: "NOT_EQUAL",
    sign: "!=",
  });
  return byType(attribute, {
    text: text(),
    whenTrue: answerForBoolean("NOT_EQUAL", true, value),
    whenFalse: answerForBoolean("NOT_EQUAL", false, value),
    number: warnOfRounding("NOT_EQUAL", value, scope) ? or(scope.negated, whenNumber) : whenNumber,
  });

  /** Unlike a whole number: also what is no number. Unlike one with decimals: whole numbers fail the cast. */
  function text(): Logic {
    if (number?.kind === "whole") {
      return and(looksLikeNumber(value) || differs, not(spells(attribute, number)));
    }
    if (scope.encoding === "compact") {
      return scope.negated ? differs : and(not(mayBeNumberText(attribute)), differs);
    }
    if (numberText === false) return and(not(isNumberText(attribute)), differs);
    return { if: [isNumberText(attribute), numberText, differs] };
  }
}

function equalsNumber(attribute: Logic, number: NumericValue | undefined, negated: boolean): Logic {
  if (number === undefined || number.kind === "limit") return false;
  if (number.kind === "decimal") return !Number.isInteger(number.value) && isNumber(attribute, number.value);
  return (Number.isSafeInteger(number.value) || negated) && isNumber(attribute, number.value);
}

/** A whole number in plain digits need not be named beside its spellings. */
function isAmongSpellings(value: string, number: NumericValue | undefined): boolean {
  return number?.kind === "whole" && looksLikeNumber(value) && value.length <= 24;
}

/** Whatever Flagsmith reads as the number; nothing spells infinity. */
function spells(attribute: Logic, number: NumericValue | undefined): Logic {
  if (number === undefined || number.kind === "limit") return false;
  if (number.kind === "decimal") return spellsNumber(attribute, decimalSpelling(number.value));
  const { sign, digits } = partsOf(number.digits);
  return spellsNumber(attribute, sign + digits);
}
