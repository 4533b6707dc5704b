import type { AccessDecision, RequestCredentials, StreamEnd } from "../../model/access.ts";
import type { Revision } from "../../model/revision.ts";

/** A request that was let in. */
export type Grant = Extract<AccessDecision, { granted: true }>;

/** Somebody who wants each new revision of one environment, or of all of an organisation. */
export interface Follower {
  /**
   * The newest revision: called at once if there is one, then for each new one. Of an organisation it tells flag sets
   * apart by their ids; an emptied revision stands for one that went away.
   */
  offer(revision: Revision): void;
  /** No more will come: the key or environment is lost, or the server goes down. */
  end(end: StreamEnd): void;
}

/** What the calls of the sync service need from the rest of the program. */
export interface SyncBoard {
  /**
   * May this call read, and what? Synchronous and from memory (design decision 5), but for a master API key that was
   * not seen before.
   */
  authorize(credentials: RequestCredentials): AccessDecision | Promise<AccessDecision>;
  /** The newest revision of an environment, if one was built already. */
  current(environmentId: number): Revision | undefined;
  /** Follows the granted environment, or organisation; returns what stops it. */
  follow(grant: Grant, follower: Follower): () => void;
}
