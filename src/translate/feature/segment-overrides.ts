import type { SegmentOverride } from "../../model/environment.ts";

/**
 * In the order in which they decide: by priority, and on equal priority the highest state id first, as Flagsmith's
 * server has it (translation.md, introduction).
 */
export function inDecisionOrder(overrides: readonly SegmentOverride[]): SegmentOverride[] {
  return overrides.toSorted(
    (left, right) => left.priority - right.priority || right.state.id - left.state.id,
  );
}
