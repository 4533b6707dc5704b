import type { StreamEnd } from "../model/access.ts";
import type { Revision } from "../model/revision.ts";

/** The key under which somebody follows an environment, or all of an organisation. */
export type FollowGrant = { readonly keyHash: string } & (
  | { readonly environmentId: number }
  | { readonly organisationId: number }
);

/** Somebody who wants every new revision. Both calls are made synchronously and must not throw. */
export interface Follower {
  offer(revision: Revision): void;
  /** The last call: the follower is no longer on the board. */
  end(reason: StreamEnd): void;
}

/** One follower with what it is allowed by. */
export interface Following {
  readonly grant: FollowGrant;
  readonly follower: Follower;
}

/** Who follows what, by the id of an environment or of an organisation. */
export class Followings {
  readonly #byId = new Map<number, Set<Following>>();

  /** Those of one id; `undefined`: nobody. */
  of(id: number): ReadonlySet<Following> | undefined {
    return this.#byId.get(id);
  }

  /** All, as they are now. */
  all(): readonly Following[] {
    return [...this.#byId.values()].flatMap((each) => [...each]);
  }

  /** How many there are in all. */
  get size(): number {
    let count = 0;
    for (const followings of this.#byId.values()) count += followings.size;
    return count;
  }

  add(id: number, following: Following): void {
    const followings = this.#byId.get(id) ?? new Set();
    this.#byId.set(id, followings.add(following));
  }

  /** `false`: it was gone already. */
  remove(id: number, following: Following): boolean {
    const followings = this.#byId.get(id);
    const removed = followings?.delete(following) ?? false;
    if (followings?.size === 0) this.#byId.delete(id);
    return removed;
  }
}
