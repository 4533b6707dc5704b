import type { Revision } from "../model/revision.ts";
import type { Following } from "./followings.ts";

/**
 * So many are offered a revision before the event loop has its turn. What one stream needs is then still in the processor's
 * cache when its bytes go out, clients read while others are served, and nothing else waits for thousands of streams:
 * 5,000 streams of 10 KB have it after 85 ms instead of 107, half of them after 43 instead of 66, at a fifth less CPU, and 16 to
 * 64 at a time are alike (docs/performance.md).
 */
const BATCH = 32;

/** One revision on its way to all who follow it. */
interface Round {
  readonly revision: Revision;
  /** Who has not been offered it, in their order. */
  readonly left: Set<Following>;
}

/** Hands revisions to many followers, a few of each round in turn; to the first few at once. */
export class FanOut {
  readonly #rounds = new Map<string, Round>();
  readonly #later: (call: () => void) => void;
  readonly #onOffered: (revision: Revision) => void;
  #scheduled = false;

  constructor(options: {
    /** Calls when the event loop had its turn. */
    readonly later: (call: () => void) => void;
    /** Is told when nobody is left who will be offered a revision. */
    readonly onOffered: (revision: Revision) => void;
  }) {
    this.#later = options.later;
    this.#onOffered = options.onOffered;
  }

  /**
   * Adds a round, to be begun by {@link FanOut.go}. It takes the place of one of the same name: the older revision reaches
   * nobody else, and those who have not got it come first, so that nobody is passed over however fast revisions come.
   */
  add(name: string, revision: Revision, followings: Iterable<Following>): void {
    const before = this.#rounds.get(name);
    this.#rounds.set(name, { revision, left: new Set([...(before?.left ?? []), ...followings]) });
    if (before !== undefined) this.#ended(before);
  }

  /** Serves some of each round now, and the others later. */
  go(): void {
    for (const [name, round] of [...this.#rounds]) {
      this.#serve(round);
      if (round.left.size > 0 || this.#rounds.get(name) !== round) continue;
      this.#rounds.delete(name);
      this.#ended(round);
    }
    if (this.#rounds.size === 0 || this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => {
      this.#scheduled = false;
      this.go();
    });
  }

  /** Somebody no longer follows. Returns what has not been offered to them yet. */
  leave(following: Following): readonly Revision[] {
    const missed: Revision[] = [];
    for (const { revision, left } of this.#rounds.values()) if (left.delete(following)) missed.push(revision);
    return missed;
  }

  #serve({ revision, left }: Round): void {
    let count = 0;
    for (const following of left) {
      if (count === BATCH) return;
      count += 1;
      left.delete(following);
      following.follower.offer(revision);
    }
  }

  #ended({ revision }: Round): void {
    for (const other of this.#rounds.values()) if (other.revision === revision) return;
    this.#onOffered(revision);
  }
}
