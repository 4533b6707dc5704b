/** The six operators that compare the attribute with the condition's value. */
export type ComparisonOperator =
  | "EQUAL"
  | "NOT_EQUAL"
  | "GREATER_THAN"
  | "GREATER_THAN_INCLUSIVE"
  | "LESS_THAN"
  | "LESS_THAN_INCLUSIVE";

/** JsonLogic's sign of an ordering; equality is spelled per type. */
export const ORDERING_SIGNS = {
  GREATER_THAN: ">",
  GREATER_THAN_INCLUSIVE: ">=",
  LESS_THAN: "<",
  LESS_THAN_INCLUSIVE: "<=",
} as const;

/** The operators that put the attribute above or below the condition's value. */
export type OrderingOperator = keyof typeof ORDERING_SIGNS;

/**
 * Applies an operator to a three-way comparison, `undefined` standing for NaN, to which nothing compares and everything
 * is unequal: as in Python (facts/flagsmith.md, section 9).
 */
export function holds(operator: ComparisonOperator, order: number | undefined): boolean {
  if (order === undefined) return operator === "NOT_EQUAL";
  switch (operator) {
    case "EQUAL":
      return order === 0;
    case "NOT_EQUAL":
      return order !== 0;
    case "GREATER_THAN":
      return order > 0;
    case "GREATER_THAN_INCLUSIVE":
      return order >= 0;
    case "LESS_THAN":
      return order < 0;
    case "LESS_THAN_INCLUSIVE":
      return order <= 0;
  }
}

/** Three-way comparison of numbers; `undefined` where one is NaN. */
export function orderNumbers(left: number | bigint, right: number | bigint): number | undefined {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : undefined;
}

/** Three-way comparison of text by code points, as Python compares; JavaScript's own goes by UTF-16 units. */
export function orderTexts(left: string, right: string): number {
  const [leftPoints, rightPoints] = [codePoints(left), codePoints(right)];
  const length = Math.min(leftPoints.length, rightPoints.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (leftPoints[index] ?? 0) - (rightPoints[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return leftPoints.length - rightPoints.length;
}

/** Flagsmith's cast of a condition's value for a boolean trait: all but two spellings are true. */
function castToBoolean(value: string): boolean {
  return value !== "False" && value !== "false";
}

/** What an operator answers for a boolean trait: Python orders false below true. */
export function answerForBoolean(operator: ComparisonOperator, trait: boolean, value: string): boolean {
  return holds(operator, Number(trait) - Number(castToBoolean(value)));
}

function codePoints(text: string): readonly number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}
