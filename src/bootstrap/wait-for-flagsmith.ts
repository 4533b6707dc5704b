import { z } from "zod";
import { asDatabaseError } from "../postgres/connection-failure.ts";
import type { Database } from "../postgres/database.ts";
import { probeFlagsmith } from "../postgres/flagsmith-columns.ts";
import type { Clock } from "../support/clock.ts";
import { FlagsmithFlagdError } from "../support/errors.ts";

/** How long, in milliseconds, no migration may have been added before Flagsmith counts as set up. */
const QUIET_MS = 2_000;
const LOOK_EVERY_MS = 250;

const countRows = z.array(z.object({ count: z.number() }));

/** How to wait. */
export interface WaitOptions {
  readonly clock: Clock;
  /** Resolves after so many milliseconds, and keeps the process alive until then. */
  readonly pause: (delayMs: number) => Promise<unknown>;
  /** 0: look once. */
  readonly withinMs: number;
}

/** Django records each migration when it is done; `undefined`: the tables that are needed are not all there. */
async function migrationCount(database: Database): Promise<number> {
  await probeFlagsmith(database);
  const rows = await database.query("SELECT count(*)::integer AS count FROM django_migrations");
  return countRows.parse(rows)[0]?.count ?? 0;
}

/**
 * Waits until Flagsmith's own migrations are finished: all tables are there, and for a while none was added. Django tells
 * nobody when it is done; its migrations run one after the other in seconds.
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
    const seen = await migrationCount(database).catch((thrown: unknown) => {
      const error = asDatabaseError(thrown);
      if (!(error instanceof FlagsmithFlagdError) || clock.monotonicMs() >= endsMs) throw error;
      return undefined;
    });
    const nowMs = clock.monotonicMs();
    if (seen === undefined || seen !== count) sinceMs = nowMs;
    else if (nowMs - sinceMs >= QUIET_MS || nowMs >= endsMs) return;
    if (withinMs === 0 && seen !== undefined) return;
    count = seen;
    await pause(LOOK_EVERY_MS);
  }
}
