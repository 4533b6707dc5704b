import type { EnvironmentSnapshot, Feature, Segment } from "../model/environment.ts";
import type { HeldIds } from "./change-ledger.ts";

/** The reading, what was shown last, and what stands in the way of showing the reading as it is. */
export interface WholeChangesInput {
  readonly reading: EnvironmentSnapshot;
  readonly previous: EnvironmentSnapshot | undefined;
  readonly held: HeldIds;
  /** Features that were shown, still exist, and have no state at all in the reading: an impossible state that passes. */
  readonly vanished: readonly number[];
}

/** Features that now use a segment in an unfinished series which they did not use before: as unfinished as the segment. */
function usersOfNewSegments({ reading, previous, held }: WholeChangesInput): readonly number[] {
  const unknown = new Set([...held.segments].filter((id) => previous?.segments.has(id) !== true));
  if (unknown.size === 0) return [];
  return reading.features
    .filter((feature) => feature.segmentOverrides.some(({ segmentId }) => unknown.has(segmentId)))
    .map((feature) => feature.id);
}

/**
 * Shows only whole changes (design decision 10): a feature or segment in an unfinished series stays as it was, or
 * absent if it is new; a feature that exists but lost all its states (an environment that leaves v2 versioning has
 * none for a second or more) stays as it was until the impossible state is over; and so does what cannot be read, as
 * long as it cannot. A segment that was never readable has nobody.
 */
export function onlyWholeChanges(input: WholeChangesInput): EnvironmentSnapshot {
  const { reading, previous, held, vanished } = input;
  const { unreadable = [] } = reading;
  if (held.features.size + held.segments.size + vanished.length + unreadable.length === 0) return reading;
  const before = new Map(previous?.features.map((feature) => [feature.id, feature]));
  const kept = new Set([
    ...held.features,
    ...vanished,
    ...usersOfNewSegments(input),
    ...unreadable.flatMap(({ featureId }) => featureId ?? []),
  ]);
  const features = [
    ...reading.features.filter((feature) => !kept.has(feature.id)),
    ...[...kept].map((id) => before.get(id)).filter((feature): feature is Feature => feature !== undefined),
  ].sort((left, right) => left.id - right.id);

  const unreadableSegments = new Set(unreadable.flatMap(({ segmentId }) => segmentId ?? []));
  const segments = new Map<number, Segment>([...reading.segments].filter(([id]) => !held.segments.has(id)));
  for (const [id, segment] of previous?.segments ?? []) {
    if (unreadableSegments.has(id) || !segments.has(id)) segments.set(id, segment);
  }
  return { ...reading, features, segments };
}
