import type { EnvironmentSnapshot, Feature, Segment, UnreadablePart } from "../model/environment.ts";
import type { ReadScope } from "./dirty-scopes.ts";

/** The earlier object if the later one says the same: what is unchanged stays the very same object. */
function keepEqual<Item>(before: Item | undefined, after: Item): Item {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(after) ? before : after;
}

function byId<Item extends { readonly id: number }>(items: Iterable<Item>): Map<number, Item> {
  return new Map(Array.from(items, (item) => [item.id, item]));
}

/** What could not be read before stays so until it is read again. */
function mergeUnreadable(
  previous: EnvironmentSnapshot,
  reading: EnvironmentSnapshot,
  scope: Exclude<ReadScope, "everything">,
): readonly UnreadablePart[] {
  const untouched = ({ featureId, segmentId }: UnreadablePart): boolean =>
    !scope.features.has(featureId ?? 0) && !scope.segments.has(segmentId ?? 0);
  return [...(previous.unreadable ?? []).filter(untouched), ...(reading.unreadable ?? [])].sort(
    (left, right) =>
      (left.featureId ?? 0) - (right.featureId ?? 0) || (left.segmentId ?? 0) - (right.segmentId ?? 0),
  );
}

/**
 * Puts a reading, of everything or of a part, over what was known before. The result says what a reading of everything
 * at the same moment would say, with unchanged features and segments as the same objects as before, so that what was
 * made of them can be used again.
 */
export function mergeReading(
  previous: EnvironmentSnapshot | undefined,
  reading: EnvironmentSnapshot,
  scope: ReadScope,
): EnvironmentSnapshot {
  if (previous === undefined) return reading;
  const read = new Set(reading.features.map(({ id }) => id));
  const featuresBefore = byId(previous.features.filter(({ id }) => read.has(id)));
  const features: Feature[] = reading.features.map((feature) =>
    keepEqual(featuresBefore.get(feature.id), feature),
  );
  const segments = new Map<number, Segment>();
  if (scope !== "everything") {
    features.push(...previous.features.filter((feature) => !scope.features.has(feature.id)));
    features.sort((left, right) => left.id - right.id);
    for (const [id, segment] of previous.segments) if (!scope.segments.has(id)) segments.set(id, segment);
  }
  for (const [id, segment] of reading.segments)
    segments.set(id, keepEqual(previous.segments.get(id), segment));
  const used = new Set<number>();
  for (const { segmentOverrides } of features)
    for (const { segmentId } of segmentOverrides) used.add(segmentId);
  const { unreadable: _, ...others } = reading;
  const unreadable =
    scope === "everything" ? (reading.unreadable ?? []) : mergeUnreadable(previous, reading, scope);
  return {
    ...others,
    ...(unreadable.length > 0 ? { unreadable } : {}),
    features,
    segments: new Map([...segments].filter(([id]) => used.has(id)).sort(([left], [right]) => left - right)),
  };
}
