import type { EnvironmentSnapshot, Segment } from "../model/environment.ts";

/**
 * An environment that answers who is in which segment: one flag for each, named by the segment's id, that is on for its
 * members and off for all else. Segments keep their ids, since the lots of a percentage are drawn with them.
 */
export function oneFlagPerSegment(
  snapshot: EnvironmentSnapshot,
  segments: readonly Segment[],
): EnvironmentSnapshot {
  const state = { value: null, allocations: [] };
  return {
    ...snapshot,
    settings: { ...snapshot.settings, semantics: "flagsmith" },
    features: segments.map(({ id }, index) => ({
      id: index + 1,
      name: String(id),
      description: null,
      tags: [],
      options: [],
      environmentState: { ...state, id: 2 * index + 1, enabled: false },
      segmentOverrides: [
        { segmentId: id, priority: 0, state: { ...state, id: 2 * index + 2, enabled: true } },
      ],
      identityOverrides: [],
    })),
    segments: new Map(segments.map((segment) => [segment.id, segment])),
  };
}
