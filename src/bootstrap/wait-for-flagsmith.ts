import { z } from "zod";
import { asDatabaseError } from "../postgres/connection/connection-failure.ts";
import type { Database } from "../postgres/connection/database.ts";
import { probeFlagsmith } from "../postgres/schema/flagsmith-columns.ts";
import type { Clock } from "../support/clock.ts";
import { FlagsmithFlagdError } from "../support/errors.ts";

/** How long, in milliseconds, no migration may have been added before Flagsmith counts as set up. */
const QUIET_MS = 2_000;
const LOOK_EVERY_MS = 250;

const progressRows = z.array(z.object({ count: z.number(), migrating: z.boolean() }));

/** While a migration runs, its transaction holds a table for itself; nothing that Flagsmith does later does. */
const PROGRESS_SQL = `
SELECT (SELECT count(*)::integer FROM django_migrations) AS count,
       EXISTS (SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND locktype = 'relation'
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND pid <> pg_backend_pid()) AS migrating`;

/** How to wait. */
export interface WaitOptions {
  readonly clock: Clock;
  /** Resolves after so many milliseconds, and keeps the process alive until then. */
  readonly pause: (delayMs: number) => Promise<unknown>;
  /** 0: look once. */
  readonly withinMs: number;
}

type Progress = z.output<typeof progressRows>[number];

/** Django records each migration when it is done. */
async function progressOf(database: Database): Promise<Progress | undefined> {
  await probeFlagsmith(database);
  return progressRows.parse(await database.query(PROGRESS_SQL))[0];
}

/**
 * Waits until Flagsmith's own migrations are finished: all tables are there, none is being changed, and for a while no
 * migration was added. Django tells nobody when it is done; its migrations run one after the other in seconds.
 *
 * @throws FlagsmithFlagdError DATABASE_UNREACHABLE or DATABASE_UNSUPPORTED, if it is still so when the time is over.
 */
export async function waitForFlagsmith(
  database: Database,
  { clock, pause, withinMs }: WaitOptions,
): Promise<void> {
  const endsMs = clock.monotonicMs() + withinMs;
  let count: number | undefined;
  let sinceMs = clock.monotonicMs();
  for (;;) {
    const seen = await progressOf(database).catch((thrown: unknown) => {
      const error = asDatabaseError(thrown);
      if (!(error instanceof FlagsmithFlagdError) || clock.monotonicMs() >= endsMs) throw error;
      return undefined;
    });
    if (withinMs === 0) return;
    const nowMs = clock.monotonicMs();
    if (seen === undefined || seen.migrating || seen.count !== count) sinceMs = nowMs;
    else if (nowMs - sinceMs >= QUIET_MS || nowMs >= endsMs) return;
    if (seen?.migrating && nowMs >= endsMs) {
      throw new FlagsmithFlagdError(
        "DATABASE_UNSUPPORTED",
        "another transaction holds a table for itself, as Flagsmith's migrations do: wait longer, or end it",
      );
    }
    count = seen?.count;
    await pause(LOOK_EVERY_MS);
  }
}
