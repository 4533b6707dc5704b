import type { EnvironmentSnapshot, Feature, UnreadablePart } from "../model/environment.ts";
import type { TranslationWarning } from "../model/warning.ts";

/**
 * Warnings of what could not be read. Where the feature is in the snapshot nevertheless, it is as it was last; else it
 * is left out, and its name, which no flag bears, stands in the detail.
 */
export function unreadableRows({
  features,
  segments,
  unreadable = [],
}: EnvironmentSnapshot): readonly TranslationWarning[] {
  const repeated = repeatedNames(features);
  if (unreadable.length === 0) return repeated;
  const names = new Map(features.map(({ id, name }) => [id, name]));
  return [...unreadable.map(warningOf), ...repeated];

  function warningOf(part: UnreadablePart): TranslationWarning {
    const reason = "unreadable_row";
    const { featureId, segmentId, detail } = part;
    if (featureId !== undefined) {
      const feature = names.get(featureId);
      return feature === undefined
        ? { reason, detail: `feature=${part.feature ?? featureId}; ${detail}; it is left out` }
        : { reason, detail: `${detail}; it stays as it was`, feature };
    }
    if (segmentId === undefined) return { reason, detail };
    const segment = segments.get(segmentId);
    const kept = segment !== undefined && segment.rules.length > 0;
    const outcome = kept ? "it stays as it was" : "nobody is in it";
    return { reason, detail: `segment=${segment?.name ?? segmentId}; ${detail}; ${outcome}` };
  }
}

/** Flagsmith admits a name once per project; where its index was lost, one flag has to stand for several features. */
function repeatedNames(features: readonly Feature[]): readonly TranslationWarning[] {
  if (new Set(features.map(({ name }) => name)).size === features.length) return [];
  const counts = new Map<string, number>();
  for (const { name } of features) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([feature, count]) => ({
      reason: "unreadable_row",
      detail: `${count} features have this name; the newest is served`,
      feature,
    }));
}
