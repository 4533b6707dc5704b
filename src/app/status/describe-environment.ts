import type { DirectoryEntry } from "../../model/access.ts";
import type { Revision } from "../../model/revision.ts";
import type { EnvironmentState, StatusEnvironment } from "../../model/status.ts";
import { WARNING_ADVICE } from "../../model/warning-advice.ts";
import { type HeldDocument, TOO_LARGE_ADVICE } from "../pipeline/held-documents.ts";

/** Warnings of one environment that are told; diagnostics have them all. */
const MOST_WARNINGS = 20;

/** What is known of one environment. */
export interface KnownEnvironment {
  readonly entry: DirectoryEntry;
  readonly revision: Revision | undefined;
  readonly held: HeldDocument | undefined;
  /** Why what is shown may no longer be true; `undefined`: it is. */
  readonly stale: string | undefined;
  readonly publishedAtMs: number | undefined;
  readonly followers: number;
  readonly followersCurrent: number;
}

const DETAILS: Partial<Readonly<Record<EnvironmentState, string>>> = {
  waiting: "no document could be built yet; the server's log says why if this lasts",
  creating: "Flagsmith is still filling this clone",
  organisation_stopped: "Flagsmith has stopped serving flags for the organisation",
  edge_project: "the project lives on Flagsmith's edge, not in this database",
  project_not_enabled: "to serve it: flagsmith-flagd project enable <project id>",
};

function stateOf({ entry, revision, held, stale }: KnownEnvironment): EnvironmentState {
  if (entry.obstacle !== null) return entry.obstacle;
  if (entry.creating) return "creating";
  if (held !== undefined) return "document_too_large";
  if (revision === undefined) return "waiting";
  return stale === undefined ? "current" : "stale";
}

function detailOf(known: KnownEnvironment, state: EnvironmentState): string | null {
  if (known.held !== undefined && state === "document_too_large") {
    return `${known.held.detail}; ${TOO_LARGE_ADVICE}`;
  }
  if (state === "stale") return known.stale ?? null;
  return DETAILS[state]?.replace("<project id>", String(known.entry.projectId)) ?? null;
}

/** Puts it in the words of {@link StatusEnvironment}. */
export function describeEnvironment(known: KnownEnvironment): StatusEnvironment {
  const { entry, revision, publishedAtMs } = known;
  const { environmentId, projectId, flagSetId } = entry;
  const state = stateOf(known);
  const warnings = revision?.findings.warnings ?? [];
  return {
    environmentId,
    projectId,
    flagSetId,
    state,
    detail: detailOf(known, state),
    revision: revision?.hash ?? null,
    version: revision?.version ?? null,
    publishedAt: publishedAtMs === undefined ? null : new Date(publishedAtMs).toISOString(),
    bytes: revision?.document.size ?? null,
    flags: revision?.flags ?? null,
    followers: known.followers,
    followersCurrent: known.followersCurrent,
    warningCount: warnings.length,
    warnings: warnings
      .slice(0, MOST_WARNINGS)
      .map((warning) => ({ ...warning, advice: WARNING_ADVICE[warning.reason] })),
  };
}
