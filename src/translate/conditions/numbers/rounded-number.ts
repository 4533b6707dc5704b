import type { ConditionScope } from "../operand.ts";
import { type NumericValue, numericValue } from "./numeric-value.ts";

/**
 * Beyond 2^53 evaluators hold numbers rounded, so that neighbours look the same; Flagsmith's whole numbers are exact.
 * Warns and answers whether this is such a value. Text is compared digit by digit and stays exact where it only has to
 * be equal.
 */
export function warnOfRounding(operator: string, value: string, scope: ConditionScope): boolean {
  const number = numericValue(value);
  const isRounded = number !== undefined && number.kind !== "limit" && !isExact(number);
  if (isRounded) {
    scope.warn(
      "malformed_value",
      `${operator} "${value}": traits that are numbers are exact only up to 2^53`,
    );
  }
  return isRounded;
}

function isExact({ value }: NumericValue): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}
