import type { HeldIds } from "../../snapshot/change-ledger.ts";
import type { TouchedIds } from "../../snapshot/dirty-scopes.ts";

/**
 * How publishing went. `held`: a series of changes is under way, its end will ask again; `doubtful`: a change that
 * nobody announced may be half done, read again after the settle time; `outdated`: another replica saw a later state
 * already, read again; `too_large`: clients would not take it; `gone`: there is no such environment any more.
 */
export interface PublishOutcome {
  readonly kind: "changed" | "unchanged" | "held" | "doubtful" | "outdated" | "too_large" | "gone";
  /** When the clock alone changes the environment next, epoch milliseconds by the database's clock. */
  readonly nextLiveAtMs: number | null;
  /** What was read but must not be shown yet: to be read again when its series is over, or the next time. */
  readonly remains: TouchedIds | "everything";
}

/** Readings after which another is due anyway. */
const UNFINISHED: ReadonlySet<PublishOutcome["kind"]> = new Set(["held", "doubtful", "outdated"]);

/** Whether a reading is followed by another before its environment is as the database has it. */
export function isUnfinished({ kind }: PublishOutcome): boolean {
  return UNFINISHED.has(kind);
}

/** Whether a series is under way: what was announced of it is published later, and its time goes on. */
export function isAnyHeld(held: HeldIds | "everything"): boolean {
  return held === "everything" || held.features.size + held.segments.size > 0;
}
