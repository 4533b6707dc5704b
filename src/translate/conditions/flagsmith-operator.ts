/** Flagsmith's condition operators (facts/flagsmith.md, section 3); it may know more some day. */
const FLAGSMITH_OPERATORS = [
  "EQUAL",
  "NOT_EQUAL",
  "GREATER_THAN",
  "GREATER_THAN_INCLUSIVE",
  "LESS_THAN",
  "LESS_THAN_INCLUSIVE",
  "CONTAINS",
  "NOT_CONTAINS",
  "REGEX",
  "PERCENTAGE_SPLIT",
  "MODULO",
  "IS_SET",
  "IS_NOT_SET",
  "IN",
] as const;

/** A condition operator that has a meaning in Flagsmith. */
export type FlagsmithOperator = (typeof FLAGSMITH_OPERATORS)[number];

/** Stored operators are plain text: only these have a meaning. */
export function isFlagsmithOperator(operator: string): operator is FlagsmithOperator {
  return (FLAGSMITH_OPERATORS as readonly string[]).includes(operator);
}
