/** conditions: each operator of Flagsmith as JsonLogic that answers alike in every evaluator (facts/encodings.md). */
import type { Logic } from "../../model/document.ts";
import type { Condition } from "../../model/environment.ts";
import { answerForText } from "./answer-for-text.ts";
import type { ComparisonOperator } from "./comparison.ts";
import { encodeEqual, encodeNotEqual } from "./equality.ts";
import { type FlagsmithOperator, isFlagsmithOperator } from "./flagsmith-operator.ts";
import { encodeOnIdentityKey } from "./identity-key.ts";
import { and, or, property } from "./logic.ts";
import { encodeIn } from "./membership.ts";
import { encodeModulo } from "./modulo.ts";
import { type ConditionScope, type Encoder, narrow } from "./operand.ts";
import { encodeOrdering } from "./ordering.ts";
import { answerConstantSplit, encodePercentageSplit } from "./percentage-split.ts";
import { encodeIsNotSet, encodeIsSet } from "./presence.ts";
import { isReachable, nestedForm } from "./reachable.ts";
import { answerRegex, encodeRegex } from "./regex/regex.ts";
import { encodeSemver, isSemverValue } from "./semver.ts";
import { subjectOf } from "./subject.ts";
import { encodeContains, encodeNotContains } from "./text.ts";

export type { ConditionScope } from "./operand.ts";

/** PERCENTAGE_SPLIT stands apart: it needs no attribute, and the segment's id. */
type TraitOperator = Exclude<FlagsmithOperator, "PERCENTAGE_SPLIT">;

const ENCODERS: Readonly<Record<TraitOperator, Encoder>> = {
  EQUAL: comparing("EQUAL", encodeEqual),
  NOT_EQUAL: comparing("NOT_EQUAL", encodeNotEqual),
  GREATER_THAN: comparing("GREATER_THAN", encodeOrdering("GREATER_THAN")),
  GREATER_THAN_INCLUSIVE: comparing("GREATER_THAN_INCLUSIVE", encodeOrdering("GREATER_THAN_INCLUSIVE")),
  LESS_THAN: comparing("LESS_THAN", encodeOrdering("LESS_THAN")),
  LESS_THAN_INCLUSIVE: comparing("LESS_THAN_INCLUSIVE", encodeOrdering("LESS_THAN_INCLUSIVE")),
  CONTAINS: encodeContains,
  NOT_CONTAINS: encodeNotContains,
  REGEX: encodeRegex,
  MODULO: encodeModulo,
  IS_SET: encodeIsSet,
  IS_NOT_SET: encodeIsNotSet,
  IN: encodeIn,
};

/**
 * JsonLogic that gives Flagsmith's answer to one condition in all six evaluators, or a constant when the answer does not
 * depend on the context. What cannot be said narrows, with a warning (translation.md, Conditions; facts/encodings.md).
 */
export function translateCondition(condition: Condition, scope: ConditionScope): Logic {
  const { operator } = condition;
  if (!isFlagsmithOperator(operator)) {
    return narrow(scope, "unknown_operator", `operator "${operator}" is not known`);
  }
  if (condition.value === null && (operator === "IN" || operator === "PERCENTAGE_SPLIT")) {
    return narrow(scope, "malformed_value", `${operator} without a value`);
  }
  return translateKnown(operator, condition.property, { value: condition.value ?? "None", scope });
}

/** A value that is null reaches Flagsmith's casts as Python's `None`, which they take like that text. */
function translateKnown(
  operator: FlagsmithOperator,
  name: string | null,
  { value, scope }: { readonly value: string; readonly scope: ConditionScope },
): Logic {
  if (operator === "PERCENTAGE_SPLIT" && (name === null || name === "")) {
    return encodePercentageSplit(value, { kind: "identity" }, scope);
  }
  const subject = subjectOf(name, scope.environment);
  switch (subject.kind) {
    case "trait":
      return translateTrait(operator, subject.name, { value, scope });
    case "identifier":
      return translateIdentifier(operator, value, scope);
    case "identityKey":
      return encodeOnIdentityKey(operator, value, scope);
    case "constant":
      return translateConstant(operator, { text: subject.text, value }, scope);
    case "missing":
      return operator === "IS_NOT_SET";
    case "inexpressible":
      return narrow(scope, "malformed_value", `property "${name}" is a path that flagd cannot follow`);
  }
}

function translateTrait(
  operator: FlagsmithOperator,
  name: string,
  { value, scope }: { readonly value: string; readonly scope: ConditionScope },
): Logic {
  if (!isReachable(name)) {
    return narrow(scope, "dotted_property", `no flagd evaluator can read a trait named "${name}"`);
  }
  if (name.includes(".")) {
    scope.warn("dotted_property", `"${name}" is found only if the context nests it: ${nestedForm(name)}`);
  }
  if (operator === "PERCENTAGE_SPLIT") {
    return encodePercentageSplit(value, { kind: "attribute", name }, scope);
  }
  return ENCODERS[operator]({ attribute: property(name), value, scope });
}

/** An empty `targetingKey` is no identity. Number-like identifiers count as numbers, as in Flagsmith. */
function translateIdentifier(operator: FlagsmithOperator, value: string, scope: ConditionScope): Logic {
  if (operator === "PERCENTAGE_SPLIT") return encodePercentageSplit(value, { kind: "identity" }, scope);
  const attribute = property("targetingKey");
  const logic = ENCODERS[operator]({ attribute, value, scope });
  return operator === "IS_NOT_SET"
    ? or(logic, { "===": [attribute, ""] })
    : and({ "!==": [attribute, ""] }, logic);
}

function translateConstant(
  operator: FlagsmithOperator,
  { text, value }: { readonly text: string; readonly value: string },
  scope: ConditionScope,
): Logic {
  if (operator === "PERCENTAGE_SPLIT") return answerConstantSplit(value, text, scope);
  if (operator === "REGEX") return answerRegex(value, text, scope);
  return (
    answerForText(operator, text, value) ??
    narrow(scope, "malformed_value", `${operator} "${value}": Flagsmith fails on it`)
  );
}

function comparing(operator: ComparisonOperator, encode: Encoder): Encoder {
  return (operand) => (isSemverValue(operand.value) ? encodeSemver(operator, operand) : encode(operand));
}
