import type { Logger } from "../observe/logger.ts";
import { type Database, isConnectionFailure } from "../postgres/database.ts";
import type { EnvironmentReading } from "../postgres/read-environment.ts";
import { type RecordedRevision, recordRevision } from "../postgres/record-revision.ts";
import { messageOf } from "../support/errors.ts";

/**
 * Records the revision, or falls back to a time from the rows where the schema cannot be written (a role without the
 * right, a read-only server) and says so: the flags matter more than their version (design decision 11).
 *
 * @throws what the database threw if it is away: the reading is then tried again as a whole.
 */
export async function agreeOnVersion(options: {
  readonly database: Database;
  readonly logger: Logger;
  readonly environmentId: number;
  readonly hash: string;
  readonly reading: EnvironmentReading;
}): Promise<RecordedRevision> {
  const { database, logger, environmentId, hash, reading } = options;
  try {
    return await recordRevision(database, {
      environmentId,
      hash,
      readAtMs: reading.readAtMs,
      position: reading.position,
    });
  } catch (thrown) {
    if (isConnectionFailure(thrown)) throw thrown;
    logger.warn(
      { environmentId, error: messageOf(thrown) },
      "the revision could not be recorded; its version is taken from the rows and may differ between replicas",
    );
    return { versionMs: reading.rowsChangedAtMs, outdated: false };
  }
}
