import { NOWHERE } from "../../postgres/schema/schema-storage.ts";

/** What a look at the tables found. */
export interface TablesLook {
  /** Tables that have a row. */
  readonly filled: ReadonlySet<string>;
  /** Where a table's rows lie; see `storageOf`. */
  readonly storageOf: (table: string) => string;
  /** Monotonic. */
  readonly nowMs: number;
}

/** How the tables stand. `loading`: all have rows again, but more may be coming. */
export interface TablesState {
  readonly emptied: readonly string[];
  readonly loading: boolean;
}

/** After rows came back the notifications must have been silent for so long. */
const QUIET_MS = 1_000;

/** A table that stays empty for so long is taken to be meant so, unless nothing can be served without it. */
const BELIEVED_AFTER_MS = 60_000;

/**
 * Tells tables that were emptied as a whole, by TRUNCATE or by being created anew, from tables whose rows were deleted:
 * a restore or a migration empties them for a while, Flagsmith itself never does. Between the two nothing that is read
 * is true.
 */
export class EmptiedTables {
  readonly #essential: ReadonlySet<string>;
  #filled: ReadonlySet<string> = new Set();
  #storage = new Map<string, string>();
  #sinceMs: number | undefined;
  #heardMs = Number.NEGATIVE_INFINITY;

  /** @param essential tables that nothing can be served without: without their rows it waits for ever. */
  constructor(essential: readonly string[]) {
    this.#essential = new Set(essential);
  }

  /** A notification came, at this monotonic time. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /** There ought to be rows in a table, although none were seen: it is missing. */
  expect(table: string): void {
    this.#filled = new Set([...this.#filled, table]);
  }

  review(look: TablesLook): TablesState {
    const missing = [...this.#filled].filter((table) => look.storageOf(table) === NOWHERE);
    const emptied = [...this.#filled].filter(
      (table) =>
        !missing.includes(table) &&
        !look.filled.has(table) &&
        look.storageOf(table) !== this.#storage.get(table),
    );
    if (emptied.length > 0) this.#sinceMs ??= look.nowMs;
    const waitedMs = this.#sinceMs === undefined ? 0 : look.nowMs - this.#sinceMs;
    const believed = waitedMs >= BELIEVED_AFTER_MS;
    if (emptied.some((table) => this.#essential.has(table)) || (emptied.length > 0 && !believed)) {
      return { emptied, loading: false };
    }
    const quiet = look.nowMs - this.#heardMs >= QUIET_MS;
    if (this.#sinceMs !== undefined && !quiet && !believed) return { emptied: [], loading: true };
    this.#sinceMs = undefined;
    this.#filled = new Set([...look.filled, ...missing]);
    this.#storage = new Map([...look.filled].map((table) => [table, look.storageOf(table)]));
    return { emptied: [], loading: false };
  }
}
