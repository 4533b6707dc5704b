import { backoffDelayMs } from "../../support/backoff.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { codeOf, FlagsmithFlagdError } from "../../support/errors.ts";
import type { Database, Queryable } from "../connection/database.ts";

/** How to wait for locks on Flagsmith's tables. */
export interface LockTurns {
  readonly clock?: Clock;
  readonly random?: () => number;
  /** All in all; then it is given up. */
  readonly lockTimeoutMs?: number;
}

/** Whoever waits for a strong lock makes all others wait behind it: so long at most, in one turn. */
const TURN_MS = 200;
const PAUSE = { baseMs: 200, capMs: 2_000 };
const GIVE_UP_AFTER_MS = 60_000;

/** A lock was not free, or waiting for it closed a circle. */
const NOT_FREE = new Set(["55P03", "40P01"]);

/**
 * Runs a transaction that takes strong locks on Flagsmith's tables so that Flagsmith does not feel it: it waits for
 * them only 200 ms at a time, and lets everybody pass between two turns.
 *
 * @throws FlagsmithFlagdError TABLE_BUSY when the time is up; nothing was done then.
 */
export async function inLockTurns<Result>(
  database: Database,
  turns: LockTurns,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  const { clock = systemClock, random = Math.random, lockTimeoutMs = GIVE_UP_AFTER_MS } = turns;
  const endMs = clock.monotonicMs() + lockTimeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await database.write(async (transaction) => {
        await transaction.execute(`SET LOCAL lock_timeout = '${TURN_MS}ms'`);
        return await work(transaction);
      });
    } catch (thrown) {
      if (!NOT_FREE.has(codeOf(thrown) ?? "")) throw thrown;
      if (clock.monotonicMs() >= endMs) {
        throw new FlagsmithFlagdError(
          "TABLE_BUSY",
          `a table of Flagsmith's was in use for ${Math.round(lockTimeoutMs / 1_000)} s by a transaction that does not end`,
          { cause: thrown },
        );
      }
      const delayMs = backoffDelayMs(attempt, { ...PAUSE, random });
      await new Promise<void>((resolve) => void clock.after(delayMs, resolve));
    }
  }
}
