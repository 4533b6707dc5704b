import type { HeldIds } from "../snapshot/change-ledger.ts";
import type { PublishOutcome } from "./environment-publisher.ts";

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
