import type {
  Condition,
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  SegmentRule,
} from "../model/environment.ts";

/** Whether a state hands out options by a percentage that is neither nothing nor all. */
export function splits({ allocations }: FeatureState): boolean {
  return allocations.some(({ percentage }) => percentage > 0 && percentage < 100);
}

/** All conditions of a rule tree. */
export function conditionsOf(rules: readonly SegmentRule[]): readonly Condition[] {
  return rules.flatMap((rule) => [...rule.conditions, ...conditionsOf(rule.rules)]);
}

/** Whether a condition draws lots: one of all or nobody does not. */
export function drawsLots({ operator, value }: Condition): boolean {
  if (operator !== "PERCENTAGE_SPLIT") return false;
  const percentage = Number(value);
  return !(percentage <= 0 || percentage >= 100);
}

/**
 * Whether a percentage has a say anywhere in the flag. flagd hashes otherwise than Flagsmith, so only the shares can agree
 * then, never the people (translation.md, Multivariate and percentages).
 */
export function involvesPercentage(feature: Feature, { segments }: EnvironmentSnapshot): boolean {
  return (
    splits(feature.environmentState) ||
    feature.identityOverrides.some(({ state }) => splits(state)) ||
    feature.segmentOverrides.some(
      ({ segmentId, state }) =>
        splits(state) || conditionsOf(segments.get(segmentId)?.rules ?? []).some(drawsLots),
    )
  );
}

/** The conditions of all segments that override a flag. */
export function segmentConditions(
  { segmentOverrides }: Feature,
  { segments }: EnvironmentSnapshot,
): readonly Condition[] {
  return segmentOverrides.flatMap(({ segmentId }) => conditionsOf(segments.get(segmentId)?.rules ?? []));
}
