import type { FlagChange } from "./document-diff.ts";
import type { TranslationWarning } from "./warning.ts";

/**
 * What a server says of itself to an operator: the status page and `/api/status` show it, and the first of several
 * processes puts it together from its workers'. It holds plain data only, and of a key no more than its last four characters.
 * Moments are ISO 8601 in UTC, so that nothing in it changes by the passing of time alone.
 */
export interface StatusReport {
  /** By this machine's clock. */
  readonly generatedAt: string;
  /** The same moment by the database's clock, by which scheduled changes become due. */
  readonly databaseTime: string;
  readonly server: StatusServer;
  readonly totals: StatusTotals;
  /** At most {@link MOST_LISTED}; those that need attention first. */
  readonly environments: readonly StatusEnvironment[];
  /** At most {@link MOST_LISTED}; those that are behind first. */
  readonly followers: readonly StatusFollower[];
  /** Newest first. */
  readonly changes: readonly StatusChange[];
  /** Soonest first. */
  readonly schedule: readonly StatusScheduled[];
}

/** Entries of each list that one report holds at most; the lists' own addresses give the rest. */
export const MOST_LISTED = 200;

/** The process, or all of them together. */
export interface StatusServer {
  readonly version: string;
  readonly startedAt: string;
  readonly processes: number;
  readonly ready: boolean;
  readonly waitingFor: readonly string[];
  /** Why what is served may no longer be true, and since when; `null` while it is. */
  readonly stale: { readonly since: string; readonly reason: string } | null;
}

/** Counts over everything, also over what the lists leave out. */
export interface StatusTotals {
  readonly environments: number;
  readonly followers: number;
  /** Followers whose connection took the newest revision. */
  readonly current: number;
  readonly behind: number;
  readonly changes: number;
  readonly scheduled: number;
}

/**
 * `waiting`: no document yet; `document_too_large`: the newest is not shown; `stale`: shown, but may no longer be true;
 * the rest: why nothing is served at all.
 */
export const ENVIRONMENT_STATES = [
  "document_too_large",
  "stale",
  "waiting",
  "current",
  "creating",
  "organisation_stopped",
  "edge_project",
  "project_not_enabled",
] as const;

/** See {@link ENVIRONMENT_STATES}. */
export type EnvironmentState = (typeof ENVIRONMENT_STATES)[number];

/** A warning, and what to do about it. */
export interface StatusWarning extends TranslationWarning {
  readonly advice: string;
}

/** One environment as this server sees it. */
export interface StatusEnvironment {
  readonly environmentId: number;
  readonly projectId: number;
  readonly flagSetId: string;
  readonly state: EnvironmentState;
  /** What is the matter, and what to do; `null` if nothing is. */
  readonly detail: string | null;
  /** Content hash of what is shown, 64 hex digits; `null`: nothing is. */
  readonly revision: string | null;
  /** When that content took effect. */
  readonly version: string | null;
  /** When it was put on this server's board; `null` also if that was before anybody looked. */
  readonly publishedAt: string | null;
  readonly bytes: number | null;
  readonly flags: number | null;
  readonly followers: number;
  readonly followersCurrent: number;
  readonly warningCount: number;
  /** The first of them. */
  readonly warnings: readonly StatusWarning[];
}

/** Somebody with an open SyncFlags stream. */
export interface StatusFollower {
  /** Unique among the followers of one report. */
  readonly id: string;
  readonly environmentId: number;
  readonly flagSetId: string;
  /** Where its connection comes from; behind a proxy that is the proxy. */
  readonly peer: string;
  readonly userAgent: string | null;
  readonly providerId: string | null;
  readonly keyLastFour: string;
  readonly transport: FollowerTransport;
  readonly since: string;
  /** Content hash of what its connection took last; `null`: nothing yet. */
  readonly revision: string | null;
  readonly writtenAt: string | null;
  /** A message was handed to its connection that it has not taken yet. */
  readonly pending: boolean;
  readonly current: boolean;
  /** When the first revision came that it does not hold; `null` while it is current. */
  readonly behindSince: string | null;
  /** Revisions that were shown after the one that it holds; `null`: it holds none, or one from before what is remembered. */
  readonly revisionsBehind: number | null;
}

/** How a follower follows. */
export type FollowerTransport = "grpc" | "grpc-web" | "connect";

/** One new revision that was shown. */
export interface StatusChange {
  readonly id: string;
  readonly at: string;
  readonly environmentId: number;
  readonly flagSetId: string;
  /** Content hashes. */
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  /** Why it was read: `change`, `schedule`, `reconcile`, `resync`. */
  readonly causes: readonly string[];
  /** From the start of the transaction that changed something to the publication; `null`: nobody announced it. */
  readonly propagationMs: number | null;
  /** How much later than planned a scheduled change was published. */
  readonly latenessMs: number | null;
  /** Who followed when it was shown. */
  readonly followers: number;
  /** How many of those who follow now have it; `null`: another took its place. */
  readonly arrived: { readonly have: number; readonly of: number } | null;
  /** `pending`: not compared yet; `joined`: another followed so soon that both were compared as one, with that one. */
  readonly diff: "pending" | "ready" | "joined" | "failed";
  /** What changed: the first of the flags. */
  readonly flags: readonly FlagChange[];
  readonly flagCount: number;
}

/** An environment that the clock alone will change next. */
export interface StatusScheduled {
  readonly environmentId: number;
  readonly flagSetId: string;
  /** By the database's clock. */
  readonly dueAt: string;
}
