import type { DirectoryEntry } from "../../model/access.ts";
import type { ChangeNotice } from "../../postgres/listening/change-notice.ts";
import type { ChangeScope } from "../../snapshot/change-ledger.ts";

/** The environments that a notification concerns: those that it names, and all of the projects that it names. */
export function scopesOf(notice: ChangeNotice, entries: readonly DirectoryEntry[]): readonly ChangeScope[] {
  const { features, segments } = notice;
  const named = new Set(notice.environments);
  if (notice.projects !== null) {
    const projects = new Set(notice.projects);
    for (const entry of entries) if (projects.has(entry.projectId)) named.add(entry.environmentId);
  }
  return [...named].map((environmentId) => ({ environmentId, features, segments }));
}
