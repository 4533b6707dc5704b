import type { Revision } from "../../model/revision.ts";
import type { Logger } from "../../observe/logger.ts";
import { isConnectionFailure } from "../../postgres/connection/connection-failure.ts";
import type { Database } from "../../postgres/connection/database.ts";
import { type RecordedRevision, recordRevision } from "../../postgres/own-tables/record-revision.ts";
import type { EarlyReading } from "../../postgres/reading/read-environment.ts";
import { messageOf } from "../../support/errors.ts";

/** What is known of a content's version. */
export interface AgreedVersion extends RecordedRevision {
  /** False: this process alone says so, until it can be recorded. */
  readonly recorded: boolean;
}

/** Agrees with the other replicas on the version of each content. */
export class VersionAgreement {
  readonly #database: Database;
  readonly #logger: Logger;
  #failing = false;

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  /**
   * Records the revision, or falls back to a time from the rows where the schema cannot be written (a role without the
   * right, a read-only server, a schema that was dropped) and says so once: the flags matter more than their version
   * (design decision 11). That time never goes back behind `shown`, what followers have now.
   *
   * @throws what the database threw if it is away: the reading is then tried again as a whole.
   */
  async agree(reading: EarlyReading, hash: string, shown: Revision | undefined): Promise<AgreedVersion> {
    const { environmentId } = reading.snapshot;
    const { readAtMs, position } = reading;
    try {
      const recorded = await recordRevision(this.#database, { environmentId, hash, readAtMs, position });
      if (this.#failing) this.#logger.info({}, "revisions are recorded again");
      this.#failing = false;
      return { ...recorded, recorded: true };
    } catch (thrown) {
      if (isConnectionFailure(thrown)) throw thrown;
      const fields = { environmentId, error: messageOf(thrown) };
      const text =
        "the revision could not be recorded; its version is taken from the rows and may differ between replicas";
      if (this.#failing) this.#logger.debug(fields, text);
      else this.#logger.warn(fields, text);
      this.#failing = true;
      return { versionMs: versionFromRows(reading, hash, shown), outdated: false, recorded: false };
    }
  }
}

function versionFromRows(reading: EarlyReading, hash: string, shown: Revision | undefined): number {
  if (shown === undefined) return reading.rowsChangedAtMs;
  return shown.hash === hash ? shown.versionMs : Math.max(reading.rowsChangedAtMs, shown.versionMs + 1);
}
