import type { Logic } from "../../model/document.ts";
import { byType } from "./attribute.ts";
import { answerForBoolean, ORDERING_SIGNS, type OrderingOperator } from "./comparison.ts";
import { orderText } from "./lexicographic.ts";
import { and, not } from "./logic.ts";
import { numberAnswers } from "./numbers/number-answers.ts";
import { isNumberText, mayBeNumberText } from "./numbers/number-text.ts";
import { numericValue } from "./numbers/numeric-value.ts";
import { warnOfRounding } from "./numbers/rounded-number.ts";
import type { Encoder, Operand } from "./operand.ts";

/**
 * GREATER_THAN and the like (facts/encodings.md, section 2): numbers by value, booleans as constants, other text by its
 * characters, so that dates compare. A value that evaluators round narrows: strict, or inclusive below NONE. Compact
 * narrows, too: of text it compares only what cannot be a number, and none at all with a number.
 */
export function encodeOrdering(operator: OrderingOperator): Encoder {
  return ({ attribute, value, scope }) => {
    const number = numericValue(value);
    const isRounded = warnOfRounding(operator, value, scope);
    const exactSign = ORDERING_SIGNS[operator];
    const sign = isRounded ? `${exactSign.charAt(0)}${scope.negated ? "=" : ""}` : exactSign;
    const answers = numberAnswers(attribute, number, { operator, sign });
    if (number?.kind === "limit" && Number.isNaN(number.value)) {
      scope.warn("malformed_value", `${operator} "${value}": no number is above or below nan`);
    }
    return byType(attribute, {
      text: scope.encoding === "compact" && number !== undefined ? scope.negated : text(),
      whenTrue: answerForBoolean(operator, true, value),
      whenFalse: answerForBoolean(operator, false, value),
      number: answers.number,
    });

    function text(): Logic {
      const ordered = textOrder(operator, { attribute, value, scope });
      if (scope.encoding === "compact") {
        return scope.negated ? ordered : and(not(mayBeNumberText(attribute)), ordered);
      }
      if (answers.numberText === false) return and(not(isNumberText(attribute)), ordered);
      return { if: [isNumberText(attribute), answers.numberText, ordered] };
    }
  };
}

function textOrder(operator: OrderingOperator, { attribute, value, scope }: Operand): Logic {
  const { logic, exact } = orderText(attribute, value, {
    operator,
    negated: scope.negated,
  });
  if (!exact) {
    scope.warn("malformed_value", `${operator} "${value}": the order of text is exact only up to U+024F`);
  }
  return logic;
}
