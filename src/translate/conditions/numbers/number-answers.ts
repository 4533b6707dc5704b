import type { Logic } from "../../../model/document.ts";
import { holds, type OrderingOperator, orderNumbers } from "../comparison.ts";
import { and, not } from "../logic.ts";
import type { NumericValue } from "./numeric-value.ts";

/** What a comparison answers for a number, and for text that Flagsmith reads as a number. */
export interface NumberAnswers {
  readonly number: Logic;
  /** Only reached once the text is known to be a number. */
  readonly numberText: Logic;
}

/** One comparison, and JsonLogic's sign for it. */
export interface NumberComparison {
  readonly operator: OrderingOperator | "NOT_EQUAL";
  readonly sign: string;
}

/**
 * Compares as Flagsmith does once the value is cast to the trait's type: a value with decimals only meets traits with
 * decimals, since `int("18.5")` fails (facts/encodings.md, section 2, GREATER/LESS). JSON cannot tell 5.0 from 5: it
 * counts as whole.
 */
export function numberAnswers(
  attribute: Logic,
  value: NumericValue | undefined,
  { operator, sign }: NumberComparison,
): NumberAnswers {
  if (value === undefined) return { number: false, numberText: false };
  const hasDecimals = not({ "===": [{ "%": [attribute, 1] }, 0] });
  const hasDot: Logic = { in: [".", attribute] };
  if (value.kind === "limit") {
    const constant = holds(operator, orderNumbers(0.5, value.value));
    return { number: and(constant, hasDecimals), numberText: and(constant, hasDot) };
  }
  const compared: Logic = { [sign]: [attribute, value.value] };
  if (value.kind === "whole") return { number: compared, numberText: compared };
  return { number: and(hasDecimals, compared), numberText: and(hasDot, compared) };
}
