/**
 * publish: the newest revision of every environment, in memory, and who follows it. It hands revisions on in the
 * order in which it gets them; holding back for slow readers is the transports' business.
 */
import type { StreamEnd } from "../model/access.ts";
import type { Revision } from "../model/revision.ts";
import { type DrainPace, paceOut } from "./drain-pace.ts";
import { FanOut } from "./fan-out.ts";
import { type Follower, type FollowGrant, type Following, Followings } from "./followings.ts";
import { type EnvironmentPlace, Organisations } from "./organisations.ts";
import { WarmDocuments } from "./warm-documents.ts";

/** How a {@link Board} is made. */
export interface BoardOptions {
  /** How much of the documents stays unzipped; see {@link WarmDocuments}. */
  readonly warmBytes?: number;
  /** Calls when the event loop had its turn. */
  readonly later?: (call: () => void) => void;
  /** Is told when nobody is left who will be offered a revision: all have it, or it was overtaken by the next. */
  readonly onOffered?: (revision: Revision) => void;
}

/** See the top of this file. */
export class Board {
  readonly #current = new Map<number, Revision>();
  readonly #followers = new Followings();
  readonly #organisationFollowers = new Followings();
  readonly #organisations = new Organisations({
    current: (environmentId) => this.#current.get(environmentId),
    offer: (organisationId, revision) => {
      const followings = this.#organisationFollowers.of(organisationId) ?? [];
      this.#fanOut.add(`organisation ${organisationId} ${revision.flagSetId}`, revision, followings);
    },
  });
  readonly #warm: WarmDocuments;
  readonly #fanOut: FanOut;
  #draining = false;

  constructor({ warmBytes, later = setImmediate, onOffered = () => undefined }: BoardOptions = {}) {
    this.#warm = new WarmDocuments(warmBytes);
    this.#fanOut = new FanOut({ later, onOffered });
  }

  /** The newest revision; `undefined` until the first was published. */
  current(environmentId: number): Revision | undefined {
    return this.#current.get(environmentId);
  }

  /** All newest revisions. */
  revisions(): readonly Revision[] {
    return [...this.#current.values()];
  }

  /** How many follow an environment by itself, or anything at all. */
  followerCount(environmentId?: number): number {
    if (environmentId !== undefined) return this.#followers.of(environmentId)?.size ?? 0;
    return this.#followers.size + this.#organisationFollowers.size;
  }

  /** Takes which environments belong to which organisation now: all that there are, served or not. */
  arrange(places: Iterable<EnvironmentPlace>): void {
    this.#organisations.arrange(places);
    this.#fanOut.go();
  }

  /**
   * Shows a new revision to all followers of its environment, to the first of them before it returns. One with unchanged
   * bytes is not shown again.
   */
  publish(revision: Revision): boolean {
    const before = this.#current.get(revision.environmentId);
    if (before?.hash === revision.hash && before.version === revision.version) return false;
    this.#current.set(revision.environmentId, revision);
    this.#warm.add(revision);
    if (before?.hash === revision.hash) return false;
    const { environmentId } = revision;
    this.#fanOut.add(`environment ${environmentId}`, revision, this.#followers.of(environmentId) ?? []);
    this.#organisations.show(revision);
    this.#fanOut.go();
    return true;
  }

  /**
   * Adds a follower, who is offered the current revision at once, or each of the organisation's; the returned call takes
   * it off again.
   */
  follow(grant: FollowGrant, follower: Follower): () => void {
    if (this.#draining) {
      follower.end({ kind: "draining" });
      return () => undefined;
    }
    const following: Following = { grant, follower };
    if ("organisationId" in grant) {
      this.#organisationFollowers.add(grant.organisationId, following);
      this.#organisations.introduce(grant.organisationId, follower);
      return () => this.#remove(following);
    }
    this.#followers.add(grant.environmentId, following);
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
    this.#organisations.retire(environmentId);
    this.#fanOut.go();
  }

  /** Ends every follower whose grant is no longer good. */
  review(judge: (grant: FollowGrant) => StreamEnd | undefined): void {
    for (const following of this.#all()) {
      const reason = judge(following.grant);
      if (reason !== undefined) this.#end(following, reason);
    }
  }

  /**
   * Ends all followers and admits no more: the process is about to stop. Without a pace at once, else little by little; resolves
   * when the last one has gone, by itself or by us. Those who still follow are shown new revisions until then.
   */
  async drain(pace?: DrainPace): Promise<void> {
    this.#draining = true;
    const followings = this.#all();
    const end = (following: Following): void => this.#end(following, { kind: "draining" });
    if (pace === undefined) for (const following of followings) end(following);
    else await paceOut(followings, end, { ...pace, gone: (following) => !this.#follows(following) });
  }

  #all(): readonly Following[] {
    return [...this.#followers.all(), ...this.#organisationFollowers.all()];
  }

  #follows(following: Following): boolean {
    const { grant } = following;
    const followings =
      "organisationId" in grant
        ? this.#organisationFollowers.of(grant.organisationId)
        : this.#followers.of(grant.environmentId);
    return followings?.has(following) ?? false;
  }

  #end(following: Following, reason: StreamEnd): void {
    const { follower } = following;
    // Whoever comes back a while after a drain must not be without the last change until then.
    if (reason.kind === "draining") {
      for (const revision of this.#fanOut.leave(following)) follower.offer(revision);
    }
    if (this.#remove(following)) follower.end(reason);
  }

  #remove(following: Following): boolean {
    this.#fanOut.leave(following);
    const { grant } = following;
    return "organisationId" in grant
      ? this.#organisationFollowers.remove(grant.organisationId, following)
      : this.#followers.remove(grant.environmentId, following);
  }
}
