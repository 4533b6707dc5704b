import type { z } from "zod";
import type {
  Allocation,
  Feature,
  FeatureState,
  IdentityOverride,
  MultivariateOption,
  Segment,
  SegmentOverride,
} from "../../model/environment.ts";
import { append, type featureRow } from "./environment-rows.ts";
import { decodeValue, type LiveStateRow } from "./live-states.ts";
import type { UnreadableRows } from "./unreadable-rows.ts";

/** Everything that was read of some features. */
export interface FeatureParts {
  readonly features: readonly z.infer<typeof featureRow>[];
  /** Live states in id order. */
  readonly states: readonly LiveStateRow[];
  readonly allocations: ReadonlyMap<number, Allocation[]>;
  readonly options: ReadonlyMap<number, MultivariateOption[]>;
  readonly segments: ReadonlyMap<number, Segment>;
  /** Its features are left out; contradictions between rows are added to it. */
  readonly unreadable: UnreadableRows;
}

interface SortedStates {
  readonly environmentStates: Map<number, FeatureState>;
  readonly segmentOverrides: Map<number, SegmentOverride[]>;
  readonly identityOverrides: Map<number, IdentityOverride[]>;
}

/** Sorts live states into the three kinds; rows come in id order, so that of two defaults the higher id stays. */
function sortStates({ states, allocations, segments, unreadable }: FeatureParts): SortedStates {
  const sorted: SortedStates = {
    environmentStates: new Map(),
    segmentOverrides: new Map(),
    identityOverrides: new Map(),
  };
  let previousId: number | undefined;
  for (const row of states) {
    if (row.id === previousId) {
      unreadable.add({ featureId: row.feature_id }, `features_featurestate ${row.id}: it has several values`);
    }
    previousId = row.id;
    const state: FeatureState = {
      id: row.id,
      enabled: row.enabled,
      value: decodeValue(row),
      allocations: allocations.get(row.id) ?? [],
    };
    const { feature_id: featureId, identifier, segment_id: segmentId } = row;
    if (row.identity_id !== null) {
      if (identifier !== null) append(sorted.identityOverrides, featureId, { identifier, state });
    } else if (row.feature_segment_id === null) {
      sorted.environmentStates.set(featureId, state);
    } else if (segmentId !== null && segments.has(segmentId)) {
      append(sorted.segmentOverrides, featureId, { segmentId, priority: row.priority ?? 0, state });
    }
  }
  return sorted;
}

/**
 * Puts features together; those without an environment state are left out, and so are those that cannot be read, and
 * overrides of segments that are not live.
 */
export function assembleFeatures(parts: FeatureParts): readonly Feature[] {
  const { environmentStates, segmentOverrides, identityOverrides } = sortStates(parts);
  return parts.features.flatMap((row): Feature[] => {
    const environmentState = environmentStates.get(row.id);
    if (environmentState === undefined || parts.unreadable.hasFeature(row.id)) return [];
    return [
      {
        id: row.id,
        name: row.name,
        description: row.description,
        tags: row.tags,
        options: parts.options.get(row.id) ?? [],
        environmentState,
        segmentOverrides: segmentOverrides.get(row.id) ?? [],
        identityOverrides: identityOverrides.get(row.id) ?? [],
      },
    ];
  });
}
