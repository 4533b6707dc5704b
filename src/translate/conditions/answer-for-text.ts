import { type ComparisonOperator, holds, orderNumbers, orderTexts } from "./comparison.ts";
import type { FlagsmithOperator } from "./flagsmith-operator.ts";
import { inValues } from "./in-values.ts";
import { parseModulo } from "./modulo.ts";
import { looksLikeNumber } from "./numbers/number-spellings.ts";
import { floatText, pythonFloat, pythonInt, pythonModulo } from "./numbers/python-numbers.ts";
import { isSemverValue, semverOf } from "./semver.ts";
import { orderVersions, parseVersion } from "./version.ts";

/** A text as Flagsmith's operators see it: number-like text has become a number (facts/flagsmith.md, section 9). */
type Coerced = string | bigint | number;

/** Operators whose answer for a known text needs neither a hash nor Python's regular expressions. */
export type DecidableOperator = Exclude<FlagsmithOperator, "PERCENTAGE_SPLIT" | "REGEX">;

/**
 * Flagsmith's own answer for a text that is known when translating, such as the environment's name (translation.md,
 * Conditions); `undefined` where Flagsmith raises. Rules of facts/flagsmith.md, section 9.
 */
export function answerForText(operator: DecidableOperator, text: string, value: string): boolean | undefined {
  const trait = coerce(text);
  switch (operator) {
    case "IS_SET":
      return true;
    case "IS_NOT_SET":
      return false;
    case "IN":
      return typeof trait !== "number" && inValues(value).includes(String(trait));
    case "CONTAINS":
      return typeof trait === "string" && !isSemverValue(value) && trait.includes(value);
    case "NOT_CONTAINS":
      return typeof trait === "string" && !trait.includes(value);
    case "MODULO":
      return answerModulo(trait, value);
    default:
      return compare(operator, trait, value);
  }
}

/** What Flagsmith makes of a text before any operator: `007` is 7, `5.00` is 5.0. */
export function coerce(text: string): Coerced {
  if (!looksLikeNumber(text)) return text;
  return text.includes(".") ? Number(text) : BigInt(text);
}

/** Python's `str()` of what Flagsmith makes of a text. */
export function printed(text: string): string {
  const trait = coerce(text);
  return typeof trait === "number" ? floatText(trait) : String(trait);
}

/** The value is cast to the type of the trait; where the cast fails, every comparison answers no, NOT_EQUAL too. */
function compare(operator: ComparisonOperator, trait: Coerced, value: string): boolean {
  if (typeof trait === "string") {
    if (isSemverValue(value)) return compareVersions(operator, trait, value);
    return holds(operator, orderTexts(trait, value));
  }
  const cast = typeof trait === "bigint" ? pythonInt(value) : pythonFloat(value);
  return cast !== undefined && holds(operator, orderNumbers(trait, cast));
}

function compareVersions(operator: ComparisonOperator, trait: string, value: string): boolean {
  const [left, right] = [parseVersion(trait), parseVersion(semverOf(value))];
  return left !== undefined && right !== undefined && holds(operator, orderVersions(left, right));
}

function answerModulo(trait: Coerced, value: string): boolean | undefined {
  const modulo = parseModulo(value);
  if (typeof trait === "string" || modulo === undefined) return false;
  if (modulo.divisor === 0) return undefined;
  return pythonModulo(Number(trait), modulo.divisor) === modulo.remainder;
}
