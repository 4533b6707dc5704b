import type { Clock } from "../support/clock.ts";

/** How fast followers are ended when the process goes down. */
export interface DrainPace {
  readonly clock: Clock;
  /** Milliseconds that it may take, however many they are. */
  readonly overMs: number;
}

/**
 * Milliseconds between two ends while they are few. A client comes back a fixed time after a loss, flagd after exactly 4.0 s
 * (facts/flagd.md, section 2), and so as evenly as it was sent away; whoever takes it in spends less than a tenth of this on it.
 */
const APART_MS = 10;

/** Milliseconds between two looks at who is due. */
const STEP_MS = 20;

/**
 * Ends one after the other, the first at once, evenly over `overMs` or less if they are few. Those who are gone by
 * themselves are passed over, and cost no time at the end. Resolves when none is left.
 */
export function paceOut<Follower>(
  followers: readonly Follower[],
  end: (follower: Follower) => void,
  pace: DrainPace & { readonly gone: (follower: Follower) => boolean },
): Promise<void> {
  const { clock, overMs, gone } = pace;
  const apartMs = Math.min(APART_MS, overMs / followers.length);
  const beganMs = clock.monotonicMs();
  let left = followers;
  let ended = 0;
  return new Promise((resolve) => {
    const endDue = (): void => {
      left = left.filter((follower) => !gone(follower));
      const passedMs = clock.monotonicMs() - beganMs;
      const due = apartMs === 0 ? left.length : Math.floor(passedMs / apartMs) + 1 - ended;
      for (const follower of left.slice(0, due)) end(follower);
      left = left.slice(due);
      ended += due;
      if (left.length === 0) resolve();
      else clock.after(STEP_MS, endDue);
    };
    endDue();
  });
}
