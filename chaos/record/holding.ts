import type { Recording } from "./recording.ts";

/** Content hashes that every follower ought to hold, by environment. */
export type Truth = ReadonlyMap<string, string>;

/** Since when a follower has held the truth, epoch milliseconds; undefined if it does not hold it now. */
export interface Holding {
  readonly follower: string;
  readonly sinceMs: number | undefined;
}

function sinceOf(recording: Recording | undefined, hash: string | undefined): number | undefined {
  if (recording === undefined || recording.end !== undefined || hash === undefined) return undefined;
  const last = recording.seen.at(-1);
  return last?.hash === hash ? last.atMs : undefined;
}

/** Looks at each follower's newest recording: only one that is still open counts, and only its last message. */
export function holdingOf(recordings: readonly Recording[], truth: Truth): readonly Holding[] {
  const newest = new Map<string, Recording>();
  for (const recording of recordings) {
    const known = newest.get(recording.follower);
    if (known === undefined || recording.openedAtMs >= known.openedAtMs) {
      newest.set(recording.follower, recording);
    }
  }
  return [...newest.values()].map((recording) => ({
    follower: recording.follower,
    sinceMs: sinceOf(recording, truth.get(recording.environment)),
  }));
}

/** Milliseconds from `fromMs` until the last follower held the truth; undefined while one does not. */
export function recoveredAfterMs(holdings: readonly Holding[], fromMs: number): number | undefined {
  if (holdings.length === 0) return undefined;
  let lastMs = fromMs;
  for (const { sinceMs } of holdings) {
    if (sinceMs === undefined) return undefined;
    lastMs = Math.max(lastMs, sinceMs);
  }
  return lastMs - fromMs;
}
