import { compareDocuments } from "../../model/compare-documents.ts";
import type { Revision } from "../../model/revision.ts";
import type { StatusChange } from "../../model/status.ts";
import type { Clock, Timer } from "../../support/clock.ts";
import { messageOf } from "../../support/errors.ts";
import type { PublicationAccount } from "../pipeline/publication-times.ts";

/** Changes that are remembered. */
const MOST_CHANGES = 100;

/** Flags that are named of one change. */
const MOST_FLAGS = 20;

/**
 * Documents are compared so long after the first of a burst was shown: every follower has it by then, and changes of one
 * environment that come meanwhile are compared as one.
 */
const COMPARE_AFTER_MS = 150;

type Writable<Fields> = { -readonly [Name in keyof Fields]: Fields[Name] };

interface Burst {
  readonly before: Revision;
  after: Revision;
  readonly changes: Writable<StatusChange>[];
  readonly timer: Timer;
}

/** The last new revisions, with what each changed. Of documents it keeps hold only until they are compared. */
export class RecentChanges {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #log: { warn(fields: object, message: string): void };
  /** Oldest first. */
  readonly #changes: Writable<StatusChange>[] = [];
  readonly #bursts = new Map<number, Burst>();
  #nextId = 1;

  constructor(options: {
    readonly clock: Clock;
    readonly onChange: () => void;
    readonly log: { warn(fields: object, message: string): void };
  }) {
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#log = options.log;
  }

  /** A new revision was shown in the place of another. */
  published(after: Revision, before: Revision, followers: number): void {
    const { environmentId, flagSetId } = after;
    const change: Writable<StatusChange> = {
      id: String(this.#nextId),
      at: new Date(this.#clock.now()).toISOString(),
      environmentId,
      flagSetId,
      from: before.hash,
      to: after.hash,
      bytes: after.document.size,
      causes: [],
      propagationMs: null,
      latenessMs: null,
      followers,
      arrived: null,
      diff: "pending",
      flags: [],
      flagCount: 0,
    };
    this.#nextId += 1;
    this.#changes.push(change);
    if (this.#changes.length > MOST_CHANGES) this.#changes.shift();
    const burst = this.#bursts.get(environmentId);
    if (burst === undefined) {
      const timer = this.#clock.after(COMPARE_AFTER_MS, () => this.#compare(environmentId));
      this.#bursts.set(environmentId, { before, after, changes: [change], timer });
    } else {
      for (const earlier of burst.changes) earlier.diff = "joined";
      burst.changes.splice(0, burst.changes.length, change);
      burst.after = after;
    }
    this.#onChange();
  }

  /** Why the newest revision of an environment was made, and how long it took. */
  account(environmentId: number, account: PublicationAccount): void {
    const change = this.#changes.findLast((each) => each.environmentId === environmentId);
    if (change === undefined || change.causes.length > 0) return;
    Object.assign(change, account);
    this.#onChange();
  }

  /** Newest first. */
  list(): readonly StatusChange[] {
    return this.#changes.map((change) => ({ ...change })).reverse();
  }

  /** When the first revision was shown that came after the one with this hash; as far as is remembered. */
  replacedAt(environmentId: number, hash: string): string | undefined {
    return this.#changes.findLast((each) => each.environmentId === environmentId && each.from === hash)?.at;
  }

  /** How many revisions were shown after the one with this hash; as far as is remembered. */
  shownAfter(environmentId: number, hash: string): number | undefined {
    const of = this.#changes.filter((each) => each.environmentId === environmentId);
    const next = of.findLastIndex(({ from }) => from === hash);
    return next < 0 ? undefined : of.length - next;
  }

  stop(): void {
    for (const { timer } of this.#bursts.values()) timer.cancel();
    this.#bursts.clear();
  }

  #compare(environmentId: number): void {
    const burst = this.#bursts.get(environmentId);
    const change = burst?.changes[0];
    if (burst === undefined || change === undefined) return;
    this.#bursts.delete(environmentId);
    try {
      const { before, after } = burst;
      const flags = compareDocuments(
        before.document.bytes().toString("utf8"),
        after.document.bytes().toString("utf8"),
      );
      change.flags = flags.slice(0, MOST_FLAGS);
      change.flagCount = flags.length;
      change.diff = "ready";
    } catch (thrown) {
      change.diff = "failed";
      this.#log.warn({ environmentId, error: messageOf(thrown) }, "two documents could not be compared");
    }
    this.#onChange();
  }
}
