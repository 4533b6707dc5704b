import type { Logic } from "../../model/document.ts";
import { decimalsOf } from "../feature/percentage-decimals.ts";
import { printed } from "./answer-for-text.ts";
import { isBoolean, isPresent } from "./attribute.ts";
import { and, isText, property } from "./logic.ts";
import { md5 } from "./md5.ts";
import { pythonFloat } from "./numbers/python-numbers.ts";
import type { ConditionScope } from "./operand.ts";

/** By what a percentage splits: the identity, or the value of an attribute that may be of any type. */
export type SplitBy = { readonly kind: "identity" } | { readonly kind: "attribute"; readonly name: string };

/**
 * PERCENTAGE_SPLIT: the same share as Flagsmith, not the same people, since flagd hashes otherwise. Seeded with the
 * segment, or every segment of 10 % would hold the same people (translation.md, Multivariate and percentages). Guarded,
 * since a missing bucketing value raises in Java (facts/encodings.md, section 5).
 */
export function encodePercentageSplit(value: string, splitBy: SplitBy, scope: ConditionScope): Logic {
  const { share, total } = weightsOf(readPercentage(value, scope) ?? 0);
  if (share === 0) return false;
  const attribute = property(splitBy.kind === "identity" ? "targetingKey" : splitBy.name);
  const guard = splitBy.kind === "identity" ? hasIdentity() : isPresent(attribute);
  if (share === total) return guard;
  scope.warn(
    "percentage_bucketing_differs",
    `segment ${scope.segmentId}: ${value} % of all, but others than those whom Flagsmith picks`,
  );
  const seed = splitBy.kind === "identity" ? attribute : spelled(attribute);
  const bucket: Logic = {
    fractional: [{ cat: [String(scope.segmentId), seed] }, ["in", share], ["out", total - share]],
  };
  return and(guard, { "===": [bucket, "in"] });
}

/**
 * A split by a text that is the same for everybody takes all or nobody, which is known when translating: Flagsmith hashes
 * the segment's id and the text to a number of 0 up to 100, and whoever's is not above the percentage is in.
 */
export function answerConstantSplit(value: string, text: string, scope: ConditionScope): boolean {
  const percentage = readPercentage(value, scope);
  return percentage !== undefined && hashedPercentage([String(scope.segmentId), printed(text)]) <= percentage;
}

/** `get_hashed_percentage_for_object_ids` of Flagsmith's engine: the texts once more for as long as it would be 100. */
function hashedPercentage(texts: readonly string[]): number {
  for (let all = texts; ; all = [...all, ...texts]) {
    const percentage = (Number(md5(all.join(",")) % 9999n) / 9998) * 100;
    if (percentage !== 100) return percentage;
  }
}

/** `cat` raises on booleans in Go: they are spelled as Python spells them. */
function spelled(attribute: Logic): Logic {
  return { if: [isBoolean(attribute, true), "True", isBoolean(attribute, false), "False", attribute] };
}

/** Flagsmith's identity key exists whenever there is an identity; flagd's is a text that is not empty. */
export function hasIdentity(): Logic {
  const key = property("targetingKey");
  return and(isText(key), { "!==": [key, ""] });
}

/** What is no number is a share of nobody. */
function readPercentage(value: string, scope: ConditionScope): number | undefined {
  const percentage = pythonFloat(value);
  if (percentage !== undefined && !Number.isNaN(percentage)) return percentage;
  scope.warn("malformed_value", `PERCENTAGE_SPLIT "${value}": no number, so nobody matches`);
  return undefined;
}

/** The share as whole numbers: 33.3 is 333 of 1000. */
function weightsOf(percentage: number): { readonly share: number; readonly total: number } {
  if (percentage <= 0) return { share: 0, total: 100 };
  if (percentage >= 100) return { share: 100, total: 100 };
  const unit = 10 ** decimalsOf(percentage);
  return { share: Math.round(percentage * unit), total: 100 * unit };
}
