import type { Logger } from "../../observe/logger.ts";
import type { Database } from "../../postgres/connection/database.ts";
import { wereDeleted } from "../../postgres/schema/schema-rows.ts";

/** A reading of an environment without any flag, and what was shown before. */
export interface EmptyReading {
  readonly environmentId: number;
  readonly flagSetId: string;
  readonly projectId: number;
  /** Features that were shown last; `undefined` where that is not known: a document from another life of the process. */
  readonly shown: readonly number[] | undefined;
  /** Where the rows of features lie now. */
  readonly storage: string;
}

/**
 * Never lets an environment lose all its flags at once unless they were deleted (design decision 10): Flagsmith marks
 * the rows of what it deletes, and a DELETE leaves the table where it is. Rows that are gone with the place where they
 * lay went by TRUNCATE, or with the table: a restore or a migration, after which they are expected back.
 */
export class LostFlags {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #storage = new Map<number, string>();
  readonly #told = new Set<number>();

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  /** The environment has flags, read from there. */
  has(environmentId: number, storage: string): void {
    this.#storage.set(environmentId, storage);
    this.#told.delete(environmentId);
  }

  forget(environmentId: number): void {
    this.#storage.delete(environmentId);
    this.#told.delete(environmentId);
  }

  /** Whether flags that were shown are gone without having been deleted. Rejects with what the database threw. */
  async lost(reading: EmptyReading): Promise<boolean> {
    const { environmentId, flagSetId, projectId, shown, storage } = reading;
    if (shown?.length === 0 || this.#storage.get(environmentId) === storage) return false;
    if (await wereDeleted(this.#database, projectId, shown ?? [])) return false;
    if (!this.#told.has(environmentId)) {
      this.#told.add(environmentId);
      this.#logger.error(
        {
          environmentId,
          flagSetId,
          flags: shown?.length,
          advice: "if rows are being restored, nothing; if they are gone for good, restart",
        },
        "all flags of the environment are gone without having been deleted: the last good document stays",
      );
    }
    return true;
  }
}
