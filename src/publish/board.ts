/**
 * publish: the newest revision of every environment, in memory, and who follows it. It hands revisions on in the
 * order in which it gets them; holding back for slow readers is the transports' business.
 */
import type { StreamEnd } from "../model/access.ts";
import type { Revision } from "../model/revision.ts";
import { type DrainPace, paceOut } from "./drain-pace.ts";
import { WarmDocuments } from "./warm-documents.ts";

/** The key under which somebody follows an environment. */
export interface FollowGrant {
  readonly environmentId: number;
  readonly keyHash: string;
}

/** Somebody who wants every new revision. Both calls are made synchronously and must not throw. */
export interface Follower {
  offer(revision: Revision): void;
  /** The last call: the follower is no longer on the board. */
  end(reason: StreamEnd): void;
}

interface Following {
  readonly grant: FollowGrant;
  readonly follower: Follower;
}

/** See the top of this file. */
export class Board {
  readonly #current = new Map<number, Revision>();
  readonly #followers = new Map<number, Set<Following>>();
  readonly #warm: WarmDocuments;
  #draining = false;

  /** @param options `warmBytes`: how much of the documents stays unzipped; see {@link WarmDocuments}. */
  constructor(options: { readonly warmBytes?: number } = {}) {
    this.#warm = new WarmDocuments(options.warmBytes);
  }

  /** The newest revision; `undefined` until the first was published. */
  current(environmentId: number): Revision | undefined {
    return this.#current.get(environmentId);
  }

  /** All newest revisions. */
  revisions(): readonly Revision[] {
    return [...this.#current.values()];
  }

  /** How many follow an environment, or all of them together. */
  followerCount(environmentId?: number): number {
    if (environmentId !== undefined) return this.#followers.get(environmentId)?.size ?? 0;
    let count = 0;
    for (const followings of this.#followers.values()) count += followings.size;
    return count;
  }

  /** Shows a new revision to all followers of its environment. One with unchanged bytes is not shown again. */
  publish(revision: Revision): boolean {
    const before = this.#current.get(revision.environmentId);
    if (before?.hash === revision.hash && before.version === revision.version) return false;
    this.#current.set(revision.environmentId, revision);
    this.#warm.add(revision);
    if (before?.hash === revision.hash) return false;
    for (const { follower } of this.#followers.get(revision.environmentId) ?? []) follower.offer(revision);
    return true;
  }

  /** Adds a follower, who is offered the current revision at once; the returned call takes it off again. */
  follow(grant: FollowGrant, follower: Follower): () => void {
    if (this.#draining) {
      follower.end({ kind: "draining" });
      return () => undefined;
    }
    const following: Following = { grant, follower };
    const followings = this.#followers.get(grant.environmentId) ?? new Set();
    this.#followers.set(grant.environmentId, followings.add(following));
    const revision = this.#current.get(grant.environmentId);
    if (revision !== undefined) {
      this.#warm.used(grant.environmentId);
      follower.offer(revision);
    }
    return () => this.#remove(following);
  }

  /** Forgets an environment that is no longer served; its followers are ended by the review that found it out. */
  retire(environmentId: number): void {
    this.#current.delete(environmentId);
    this.#warm.forget(environmentId);
  }

  /** Ends every follower whose grant is no longer good. */
  review(judge: (grant: FollowGrant) => StreamEnd | undefined): void {
    for (const followings of [...this.#followers.values()]) {
      for (const following of [...followings]) {
        const reason = judge(following.grant);
        if (reason !== undefined) this.#end(following, reason);
      }
    }
  }

  /**
   * Ends all followers and admits no more: the process is about to stop. Without a pace at once, else little by little; resolves
   * when the last one has gone, by itself or by us. Those who still follow are shown new revisions until then.
   */
  async drain(pace?: DrainPace): Promise<void> {
    this.#draining = true;
    const followings = [...this.#followers.values()].flatMap((each) => [...each]);
    const end = (following: Following): void => this.#end(following, { kind: "draining" });
    if (pace === undefined) for (const following of followings) end(following);
    else await paceOut(followings, end, { ...pace, gone: (following) => !this.#follows(following) });
  }

  #follows(following: Following): boolean {
    return this.#followers.get(following.grant.environmentId)?.has(following) ?? false;
  }

  #end(following: Following, reason: StreamEnd): void {
    if (!this.#follows(following)) return;
    this.#remove(following);
    following.follower.end(reason);
  }

  #remove(following: Following): void {
    const followings = this.#followers.get(following.grant.environmentId);
    followings?.delete(following);
    if (followings?.size === 0) this.#followers.delete(following.grant.environmentId);
  }
}
