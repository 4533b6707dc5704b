import type { Logic } from "../../model/document.ts";
import { decimalsOf } from "../percentage-decimals.ts";
import { isBoolean, isPresent } from "./attribute.ts";
import { and, isText, property } from "./logic.ts";
import { type ConditionScope, narrow } from "./operand.ts";
import { pythonFloat } from "./python-numbers.ts";

/** By what a percentage splits: the identity, or the value of an attribute that may be of any type. */
export type SplitBy = { readonly kind: "identity" } | { readonly kind: "attribute"; readonly name: string };

/**
 * PERCENTAGE_SPLIT: the same share as Flagsmith, not the same people, since flagd hashes otherwise. Seeded with the
 * segment, or every segment of 10 % would hold the same people (translation.md, Multivariate and percentages). Guarded,
 * since a missing bucketing value raises in Java (facts/encodings.md, section 5).
 */
export function encodePercentageSplit(value: string, splitBy: SplitBy, scope: ConditionScope): Logic {
  const percentage = pythonFloat(value);
  if (percentage === undefined || Number.isNaN(percentage)) {
    scope.warn("malformed_value", `PERCENTAGE_SPLIT "${value}": no number, so nobody matches`);
    return false;
  }
  const { share, total } = weightsOf(percentage);
  if (share === 0) return false;
  const attribute = property(splitBy.kind === "identity" ? "targetingKey" : splitBy.name);
  const guard = splitBy.kind === "identity" ? hasIdentity() : isPresent(attribute);
  if (share === total) return guard;
  scope.warn(
    "percentage_bucketing_differs",
    `segment ${scope.segmentId}: ${value} % of all, but others than those whom Flagsmith picks`,
  );
  const seed = splitBy.kind === "identity" ? attribute : printed(attribute);
  const bucket: Logic = {
    fractional: [{ cat: [String(scope.segmentId), seed] }, ["in", share], ["out", total - share]],
  };
  return and(guard, { "===": [bucket, "in"] });
}

/** A split by what is the same for everybody holds all or nobody in Flagsmith, by a hash that flagd does not have. */
export function encodeConstantSplit(value: string, name: string, scope: ConditionScope): Logic {
  return narrow(
    scope,
    "percentage_bucketing_differs",
    `segment ${scope.segmentId}: PERCENTAGE_SPLIT "${value}" by ${name} puts all or nobody in; here nobody`,
  );
}

/** `cat` raises on booleans in Go: they are spelled as Python spells them. */
function printed(attribute: Logic): Logic {
  return { if: [isBoolean(attribute, true), "True", isBoolean(attribute, false), "False", attribute] };
}

/** Flagsmith's identity key exists whenever there is an identity; flagd's is a text that is not empty. */
export function hasIdentity(): Logic {
  const key = property("targetingKey");
  return and(isText(key), { "!==": [key, ""] });
}

/** The share as whole numbers: 33.3 is 333 of 1000. */
function weightsOf(percentage: number): { readonly share: number; readonly total: number } {
  if (percentage <= 0) return { share: 0, total: 100 };
  if (percentage >= 100) return { share: 100, total: 100 };
  const unit = 10 ** decimalsOf(percentage);
  return { share: Math.round(percentage * unit), total: 100 * unit };
}
