import type { Feature, Semantics } from "../model/environment.ts";
import type { FlagdAnswer } from "./flagd-evaluator.ts";
import type { FlagsmithAnswer } from "./flagsmith-engine.ts";

/** What flagd has to answer: `undefined` is the caller's default. */
export type Expected = string | number | boolean | undefined;

/**
 * Flagsmith's answer as flagd must say it (docs/decisions/0003-semantics.md): a flag without value is `true`, and off is the
 * caller's default. In semantics `value` the environment's own on/off counts alone.
 */
export function expectedOf(feature: Feature, answer: FlagsmithAnswer, semantics: Semantics): Expected {
  const on = semantics === "value" ? feature.environmentState.enabled : answer.enabled;
  return on ? (answer.value ?? true) : undefined;
}

/** Off is also `false` where a flag is boolean-like (translation.md, Semantics). An evaluation error never agrees. */
export function agrees(feature: Feature, expected: Expected, answer: FlagdAnswer | undefined): boolean {
  if (answer === undefined || answer.error !== undefined) return false;
  if (answer.value === expected) return true;
  return expected === undefined && answer.value === false && isBooleanLike(feature);
}

/** Whether a flag holds nothing but booleans: then `false` says off (translation.md, Semantics). */
export function isBooleanLike(feature: Feature): boolean {
  return [
    feature.environmentState,
    ...feature.options,
    ...feature.segmentOverrides.map(({ state }) => state),
    ...feature.identityOverrides.map(({ state }) => state),
  ].every(({ value }) => value === null || typeof value === "boolean");
}
