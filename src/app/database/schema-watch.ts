import type { Logger } from "../../observe/logger.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Database } from "../../postgres/connection/database.ts";
import { columnsOf, type FlagsmithColumns } from "../../postgres/schema/flagsmith-columns.ts";
import { type Catalog, readCatalog } from "../../postgres/schema/schema-catalog.ts";
import {
  ownProblems,
  readingProblems,
  SCHEMA_ADVICE,
  type SchemaProblem,
} from "../../postgres/schema/schema-problems.ts";
import { tablesWithRows } from "../../postgres/schema/schema-rows.ts";
import { NOWHERE, storageOf, storageOfAll, TablesMoved } from "../../postgres/schema/schema-storage.ts";
import { stepProblems } from "../../postgres/set-up/migrate.ts";
import type { Clock } from "../../support/clock.ts";
import { codeOf } from "../../support/errors.ts";
import { EmptiedTables } from "./emptied-tables.ts";
import type { Staleness } from "./staleness.ts";

/** Thrown instead of reading while the tables cannot be read as they must be; told already. */
export class SchemaChanged extends Error {
  override readonly name = "SchemaChanged";

  constructor() {
    super("the database's schema changed");
  }
}

/** True for a failure that a change of the schema may be the cause of: SQLSTATE class 42, or a table that moved. */
export function isSchemaFailure(thrown: unknown): boolean {
  return thrown instanceof TablesMoved || /^42/.test(codeOf(thrown) ?? "");
}

/** A column or table that is not there: a migration came between the check and the reading. */
const NOT_THERE = /^42(703|P01)$/;

/** Tries, until what one check of the schema did not see is seen by the next. */
const PASSING_TRIES = 3;

/** True for failures that need no word of their own: told already, or over with the next try. */
export function isPassing(thrown: unknown, attempt: number): boolean {
  if (thrown instanceof SchemaChanged) return true;
  const isOnTheMove = thrown instanceof TablesMoved || NOT_THERE.test(codeOf(thrown) ?? "");
  return isOnTheMove && attempt < PASSING_TRIES;
}

/** What a watch is made of. */
export interface SchemaWatchParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly staleness: Staleness;
}

const SETTINGS = "flagd_sync.project_settings";

/** Without rows in these there is nothing to serve, and no change to miss. */
const ESSENTIAL = [
  "organisations_organisation",
  "projects_project",
  "environments_environment",
  "features_feature",
];

const NO_COLUMNS: FlagsmithColumns = {
  optionKey: false,
  environmentIsCreating: false,
  cohorts: false,
  masterKeys: false,
};

/**
 * Compares all that we depend on in the database with what is there: Flagsmith's tables and columns, our triggers,
 * functions and tables. An upgrade of Flagsmith may change them under a running server. Says what is wrong by name and
 * once; while tables cannot be read as they must be nothing is read, and the last good documents are served.
 */
export class SchemaWatch {
  readonly #parts: SchemaWatchParts;
  readonly #emptied = new EmptiedTables(ESSENTIAL);
  readonly #emptiedSettings = new EmptiedTables([SETTINGS]);
  #onChanged = (): void => undefined;
  #problems: readonly SchemaProblem[] = [];
  #columns = NO_COLUMNS;
  #storage: string | undefined;
  #catalog: Catalog | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(parts: SchemaWatchParts) {
    this.#parts = parts;
  }

  /** Optional columns as of the last {@link check}. */
  get columns(): FlagsmithColumns {
    return this.#columns;
  }

  /** Where the tables lay at the last {@link check}: a reading from elsewhere is not believed. */
  get storage(): string | undefined {
    return this.#storage;
  }

  /** Where one table's rows lie. */
  storageOf(table: string): string {
    return this.#catalog === undefined ? "unknown" : storageOf(this.#catalog, table);
  }

  /** False while Flagsmith's tables must not be read. */
  get readable(): boolean {
    return this.#catalog !== undefined && !this.#has("unreadable") && !this.#has("emptied");
  }

  /** False while it cannot be known which projects are enabled. */
  get settingsReadable(): boolean {
    return !this.#has("settings");
  }

  /** What is wrong, by name. */
  get problems(): readonly SchemaProblem[] {
    return this.#problems;
  }

  /** For `/readyz`. */
  summary(): { readonly blocking: boolean; readonly problems: readonly string[] } {
    const blocking = this.#catalog !== undefined && !this.readable;
    return { blocking, problems: this.#problems.map(({ message }) => message) };
  }

  /** `changed` is called when a check found that everything must be read again. */
  set onChanged(changed: () => void) {
    this.#onChanged = changed;
  }

  /** A notification came. */
  heard(): void {
    this.#emptied.heard(this.#parts.clock.monotonicMs());
  }

  /** Looks at the database, by a look that begins now or later. Rejects with what the database threw. */
  check(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#check().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.check();
      });
    return this.#next;
  }

  #has(kind: SchemaProblem["kind"]): boolean {
    return this.#problems.some((problem) => problem.kind === kind);
  }

  async #check(): Promise<void> {
    const { database } = this.#parts;
    const catalog = await readCatalog(database);
    if (storageOf(catalog, SETTINGS) === NOWHERE) this.#emptiedSettings.expect(SETTINGS);
    const unreadable = readingProblems(catalog);
    const own = [...ownProblems(catalog), ...(await stepProblems(database, catalog))];
    const emptied = unreadable.length > 0 ? [] : await this.#emptiedProblems(catalog);
    this.#take(catalog, [...unreadable, ...emptied, ...own]);
  }

  async #emptiedProblems(catalog: Catalog): Promise<SchemaProblem[]> {
    const filled = await tablesWithRows(this.#parts.database, catalog);
    const look = (names: ReadonlySet<string>) => ({
      filled: names,
      storageOf: (table: string) => storageOf(catalog, table),
      nowMs: this.#parts.clock.monotonicMs(),
    });
    const theirs = this.#emptied.review(look(new Set([...filled].filter((name) => name !== SETTINGS))));
    const ours = this.#emptiedSettings.review(look(new Set([...filled].filter((name) => name === SETTINGS))));
    return [
      ...theirs.emptied.map((name): SchemaProblem => ({ kind: "emptied", message: emptyText(name) })),
      ...(theirs.loading
        ? [{ kind: "emptied", message: "rows are being put back into Flagsmith's tables" } as const]
        : []),
      ...ours.emptied.map((name): SchemaProblem => ({ kind: "settings", message: emptyText(name) })),
    ];
  }

  #take(catalog: Catalog, problems: readonly SchemaProblem[]): void {
    const before = { readable: this.readable, settings: this.settingsReadable, storage: this.#storage };
    const columnsBefore = this.#columns;
    const first = this.#catalog === undefined;
    this.#catalog = catalog;
    this.#tell(problems);
    this.#problems = problems;
    this.#columns = columnsOf(catalog);
    this.#storage = storageOfAll(catalog);
    if (!this.#columns.masterKeys && (first || columnsBefore.masterKeys)) this.#tellOfMasterKeys();
    if (first || !this.readable) return;
    const columns = JSON.stringify(this.#columns) !== JSON.stringify(columnsBefore);
    const moved = before.storage !== this.#storage;
    const recovered = !before.readable || (this.settingsReadable && !before.settings);
    if (columns)
      this.#parts.logger.info(
        { columns: this.#columns },
        "Flagsmith's columns changed; reading everything again",
      );
    else if (moved && before.readable)
      this.#parts.logger.info({}, "tables of Flagsmith's were made anew; reading everything again");
    if (columns || moved || recovered) this.#onChanged();
  }

  #tellOfMasterKeys(): void {
    this.#parts.logger.info(
      {
        table: "api_keys_masterapikey",
        advice: "nothing, if none are used; else `flagsmith-flagd migrate up --role NAME --with-admin`",
      },
      "master API keys cannot be read and open nothing; environment keys do",
    );
  }

  /** Logs what is new, once, by kind; counts it; and says in {@link Staleness} that changes may be missed. */
  #tell(problems: readonly SchemaProblem[]): void {
    const { logger, metrics, staleness } = this.#parts;
    const known = new Set(this.#problems.map(({ message }) => message));
    for (const [kind, advice] of Object.entries(SCHEMA_ADVICE)) {
      const messages = problems.filter((problem) => problem.kind === kind).map(({ message }) => message);
      metrics.schemaProblems(kind, messages.length);
      const fresh = messages.filter((message) => !known.has(message));
      if (fresh.length === 0) continue;
      const fields = { kind, problems: fresh, advice };
      if (kind === "silent" || kind === "set_up")
        logger.warn(fields, "the set-up in the database is not whole");
      else logger.error(fields, "the database's schema changed; serving the last good documents");
    }
    if (problems.length === 0 && this.#problems.length > 0) {
      logger.info({}, "the database's schema is as it must be again");
    }
    const reason = problems.find(({ kind }) => kind !== "set_up")?.message;
    if (reason === undefined) staleness.end("schema_changed");
    else staleness.begin("schema_changed", reason);
  }
}

function emptyText(table: string): string {
  return `table ${table} had rows and was emptied`;
}
