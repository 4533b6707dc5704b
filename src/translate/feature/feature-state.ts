import type { FeatureState, Semantics } from "../../model/environment.ts";
import type { Outcome } from "./outcome.ts";
import { layBuckets } from "./percentage.ts";

/** What is needed to know a state's outcome besides the state. */
export interface StateScope {
  readonly semantics: Semantics;
  /** Names of the variants of the feature's options. */
  readonly optionVariants: ReadonlyMap<number, string>;
}

/**
 * What a state answers. Each state's own allocations decide, also those of segment and identity overrides
 * (translation.md, Multivariate); `ownVariant` is asked only if the state's value can be answered.
 */
export function outcomeOf(state: FeatureState, ownVariant: () => string, scope: StateScope): Outcome {
  if (scope.semantics === "flagsmith" && !state.enabled) return { kind: "off" };
  const own = ownVariant();
  const variants = layBuckets(state.allocations, new Set(scope.optionVariants.keys())).map(
    ({ optionId, weight }) => ({
      name: (optionId === null ? undefined : scope.optionVariants.get(optionId)) ?? own,
      weight,
    }),
  );
  return variants.every(({ name }) => name === own)
    ? { kind: "variant", name: own }
    : { kind: "split", own, variants };
}
