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

/**
 * Shows only whole changes (design decision 10): a feature or segment in an unfinished series stays as it was, or
 * absent if it is new; a feature that exists but lost all its states (an environment that leaves v2 versioning has
 * none for a second or more) stays as it was until the impossible state is over.
 */
export function onlyWholeChanges(input: WholeChangesInput): EnvironmentSnapshot {
  const { reading, previous, held, vanished } = input;
  if (held.features.size === 0 && held.segments.size === 0 && vanished.length === 0) return reading;
  const before = new Map(previous?.features.map((feature) => [feature.id, feature]));
  const kept = new Set([...held.features, ...vanished]);
  const features = [
    ...reading.features.filter((feature) => !kept.has(feature.id)),
    ...[...kept].map((id) => before.get(id)).filter((feature): feature is Feature => feature !== undefined),
  ].sort((left, right) => left.id - right.id);

  const segments = new Map<number, Segment>(reading.segments);
  for (const [id, segment] of previous?.segments ?? []) {
    if (held.segments.has(id) || !segments.has(id)) segments.set(id, segment);
  }
  return { ...reading, features, segments };
}
