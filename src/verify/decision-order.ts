import type { Feature, IdentityOverride, SegmentOverride } from "../model/environment.ts";

/**
 * The segment overrides in the order in which Flagsmith's server lets them decide: the lowest priority, and of equal ones
 * the highest state id; its local evaluation takes the lowest segment id there (translation.md, introduction).
 */
export function segmentsInOrder({ segmentOverrides }: Feature): readonly SegmentOverride[] {
  return segmentOverrides.toSorted(
    (left, right) => left.priority - right.priority || right.state.id - left.state.id,
  );
}

/** The person's own override; of two the newest state, as for segments. */
export function overrideOf(
  { identityOverrides }: Feature,
  identifier: string | undefined,
): IdentityOverride | undefined {
  return identityOverrides
    .filter((override) => override.identifier === identifier)
    .sort((left, right) => right.state.id - left.state.id)[0];
}
