import type { TranslationWarning } from "../model/warning.ts";
import { cut } from "./feature/feature-metadata.ts";

/** flagd merges the set's metadata into every flag and every answer, so it holds the first warnings only. */
const MOST_ENTRIES = 20;
const MOST_DETAIL_CHARACTERS = 200;

/**
 * The value of `flagsmith.warnings`: JSON in a string, since flagd's metadata admits no list (translation.md, Document).
 * `undefined` without warnings.
 */
export function warningsMetadata(warnings: readonly TranslationWarning[]): string | undefined {
  if (warnings.length === 0) return undefined;
  const shown = warnings.length > MOST_ENTRIES ? warnings.slice(0, MOST_ENTRIES - 1) : warnings;
  const entries = shown.map(({ reason, detail, feature }) => ({
    reason,
    detail: cut(feature === undefined ? detail : `feature=${feature}; ${detail}`, MOST_DETAIL_CHARACTERS),
  }));
  const last = entries.at(-1);
  if (last !== undefined && shown.length < warnings.length) {
    const more = warnings.length - shown.length;
    entries.push({ reason: last.reason, detail: `and ${more} more warnings; see diagnostics` });
  }
  return JSON.stringify(entries);
}
