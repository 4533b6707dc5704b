import type { DirectoryEntry } from "../../model/access.ts";
import type { Directory } from "../../postgres/reading/read-directory.ts";

/** All of an entry and its project's settings that a document, or the right to have one, depends on. */
function fingerprint(directory: Directory, entry: DirectoryEntry): string {
  const settings = directory.settingsByProject.get(entry.projectId);
  return JSON.stringify([
    entry.flagSetId,
    entry.clientKeyHash,
    entry.obstacle,
    entry.creating,
    settings?.semantics,
    settings?.identityOverrideLimit,
  ]);
}

/** Environments that are new, or whose document may differ although none of their flags changed. */
export function changedEnvironments(before: Directory, after: Directory): readonly number[] {
  const known = new Map(before.entries.map((entry) => [entry.environmentId, fingerprint(before, entry)]));
  return after.entries
    .filter((entry) => known.get(entry.environmentId) !== fingerprint(after, entry))
    .map((entry) => entry.environmentId);
}
