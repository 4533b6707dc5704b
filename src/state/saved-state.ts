/**
 * state: the last good documents and the directory of environments on disk, so that a start during an outage of the
 * database serves what is known. Nothing here is the truth: the database is, whenever it answers.
 */
import type { DirectoryEntry, MasterKeyRecord } from "../model/access.ts";
import type { ProjectSettings } from "../model/environment.ts";
import type { RevisionFindings } from "../model/revision.ts";

/** Which database something was read from. */
export interface StateOrigin {
  /** Host, port and name of the database, without user and password: all that can be compared while it is away. */
  readonly target: string;
  /** What identifies the set-up within that database; see postgres/read-directory.ts. */
  readonly installation: string;
}

/** What a start knows of the database that it is meant for; `installation` only if it could be asked. */
export interface ExpectedOrigin {
  readonly target: string;
  readonly installation: string | undefined;
}

/** The environments, who may read them, and what stands in the way, as the database had it. Keys are hashes. */
export interface SavedDirectory {
  readonly entries: readonly DirectoryEntry[];
  readonly masterKeys: readonly MasterKeyRecord[];
  readonly settingsByProject: ReadonlyMap<number, ProjectSettings>;
  /** Epoch milliseconds of the reading, by the database's clock: of two savings the later reading stays. */
  readonly readAtMs: number;
  /** See {@link StateOrigin}. */
  readonly installation: string;
}

/** What is known of a saved document without looking at it. */
export interface SavedRevision {
  readonly environmentId: number;
  readonly projectId: number;
  readonly flagSetId: string;
  /** See model/revision.ts. */
  readonly hash: string;
  readonly versionMs: number;
  /** Epoch milliseconds, by the database's clock, of the reading that showed this content. */
  readonly readAtMs: number;
}

/** A document with all that a revision of it needs. */
export interface SavedDocument extends SavedRevision {
  readonly findings: RevisionFindings;
  /** The whole document, byte for byte as it was served. */
  readonly bytes: Buffer;
}
