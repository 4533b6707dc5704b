import type { Logic } from "../../model/document.ts";
import { holds, ORDERING_SIGNS, type OrderingOperator, orderTexts } from "./comparison.ts";
import type { FlagsmithOperator } from "./flagsmith-operator.ts";
import { inValues } from "./in-values.ts";
import { orderText } from "./lexicographic.ts";
import { and, not, property } from "./logic.ts";
import type { ConditionScope } from "./operand.ts";
import { encodePercentageSplit, hasIdentity } from "./percentage-split.ts";
import { encodeRegexOnText } from "./regex/regex.ts";
import { isSemverValue } from "./semver.ts";

const IDENTIFIER = property("targetingKey");

/**
 * `$.identity.key` is `<environment key>_<identifier>`, and flagd only has the identifier: the known beginning is taken
 * off the condition's value, or put before the identifier (translation.md, Conditions). The key is never a number nor a
 * version, since it holds a `_`.
 */
export function encodeOnIdentityKey(
  operator: FlagsmithOperator,
  value: string,
  scope: ConditionScope,
): Logic {
  if (operator === "PERCENTAGE_SPLIT") return encodePercentageSplit(value, { kind: "identity" }, scope);
  if (operator === "IS_NOT_SET") return not(hasIdentity());
  return and(hasIdentity(), encodeOnPresentKey(operator, value, scope));
}

function encodeOnPresentKey(
  operator: Exclude<FlagsmithOperator, "PERCENTAGE_SPLIT" | "IS_NOT_SET">,
  value: string,
  scope: ConditionScope,
): Logic {
  const beginning = `${scope.environment.key}_`;
  const key: Logic = { cat: [beginning, IDENTIFIER] };
  switch (operator) {
    case "IS_SET":
      return true;
    case "MODULO":
      return false;
    case "EQUAL":
      return !isSemverValue(value) && isOneOf(beginning, [value]);
    case "NOT_EQUAL":
      return !isSemverValue(value) && not(isOneOf(beginning, [value]));
    case "IN":
      return isOneOf(beginning, inValues(value));
    case "CONTAINS":
      return !isSemverValue(value) && contains(value);
    case "NOT_CONTAINS":
      return not(contains(value));
    case "REGEX":
      return encodeRegexOnText(value, key, scope);
    default:
      return !isSemverValue(value) && ordered(operator, { beginning, value, scope });
  }

  function contains(text: string): Logic {
    return beginning.includes(text) || { in: [text, key] };
  }
}

function isOneOf(beginning: string, keys: readonly string[]): Logic {
  const identifiers = keys
    .filter((key) => key.startsWith(beginning) && key !== beginning)
    .map((key) => key.slice(beginning.length));
  return identifiers.length > 0 && { in: [IDENTIFIER, [...new Set(identifiers)]] };
}

function ordered(
  operator: OrderingOperator,
  {
    beginning,
    value,
    scope,
  }: { readonly beginning: string; readonly value: string; readonly scope: ConditionScope },
): Logic {
  if (!value.startsWith(beginning)) return holds(operator, orderTexts(beginning, value));
  const rest = value.slice(beginning.length);
  const { logic, exact } = orderText(IDENTIFIER, rest, {
    operator,
    negated: scope.negated,
  });
  if (!exact) {
    const sign = ORDERING_SIGNS[operator];
    scope.warn("malformed_value", `$.identity.key ${sign} "${value}": the order is exact only up to U+024F`);
  }
  return logic;
}
