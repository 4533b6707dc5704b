import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { type Database, openDatabase, type Queryable } from "../../src/postgres/connection/database.ts";
import { readSharedJson, sharedFolder } from "./shared-folder.ts";

/** What the global setup hands to every test file. */
export interface TestServer {
  /** Connection string of a database from which others can be made. */
  readonly adminUrl: string;
  /** A database with Flagsmith's empty tables. */
  readonly flagsmithTemplate: string;
  /** The same with the rows of the shared folder, where that exists. */
  readonly sharedTemplate: string | undefined;
  /** Why there is no server; then the other members are empty. */
  readonly missing: string | undefined;
}

declare module "vitest" {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

/** A database for one test or suite. */
export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** Closes the pool, throws everybody out and removes the database. */
  drop(): Promise<void>;
}

/** What the new database holds: Flagsmith's tables (the default) or nothing; with `rows`, the shared rows too. */
export interface TestDatabaseOptions {
  readonly template?: "flagsmith" | "empty";
  readonly rows?: "shared";
}

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** Runs `work` on a connection that is closed afterwards. */
export async function onDatabase<Result>(
  url: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase({
    connectionString: url,
    applicationName: "flagsmith-flagd-test",
    maxConnections: 1,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function templateOf(server: TestServer, options: TestDatabaseOptions): string {
  if (options.rows === "shared") {
    if (server.sharedTemplate === undefined) throw new Error("no shared rows: use describeWithShared");
    return server.sharedTemplate;
  }
  return options.template === "empty" ? "template0" : server.flagsmithTemplate;
}

/** A database of one's own, copied from a template: some tens of milliseconds. The caller drops it. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = inject("testServer");
  if (server === undefined) throw new Error("vitest runs without test/support/global-setup.ts");
  if (server.missing !== undefined) throw new Error(server.missing);
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onDatabase(server.adminUrl, (admin) =>
    admin.execute(`CREATE DATABASE ${name} TEMPLATE ${templateOf(server, options)}`),
  );
  const url = withDatabase(server.adminUrl, name);
  const database = openDatabase({
    connectionString: url,
    applicationName: "flagsmith-flagd-test",
    onIdleError: () => undefined,
  });
  return {
    url,
    database,
    async drop() {
      await database.close();
      await onDatabase(server.adminUrl, (admin) => admin.execute(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

async function presentTables(database: Queryable, names: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await database.query(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY($1)",
    [names],
  );
  return new Set(rows.map((row) => String((row as { readonly tablename: unknown }).tablename)));
}

/**
 * Loads the rows of a real Flagsmith into Flagsmith's tables: those tables and columns that are there. The list of
 * migrations stays as the tables' maker wrote it. Returns how many rows came in.
 */
export async function loadSharedRows(database: Database, folder = sharedFolder()): Promise<number> {
  if (folder === undefined) throw new Error("no shared folder");
  const tables = readSharedJson(folder, "flagsmith/rows.json.gz") as Record<string, readonly unknown[]>;
  return await database.write(async (transaction) => {
    const present = await presentTables(transaction, Object.keys(tables));
    let count = 0;
    for (const [table, rows] of Object.entries(tables)) {
      if (!present.has(table) || table === "django_migrations") continue;
      await transaction.query(
        `INSERT INTO ${table} SELECT * FROM json_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows)],
      );
      count += rows.length;
    }
    await transaction.execute(ADVANCE_IDENTITIES);
    return count;
  });
}

/** Rows that bring their ids leave the identity sequences behind: move each past the greatest id. */
const ADVANCE_IDENTITIES = `
DO $$
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT attrelid::regclass AS relation, attname AS name FROM pg_attribute
    WHERE attidentity = 'd' AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), greatest(max(%I), 1)) FROM %s',
                   one.relation, one.name, one.name, one.relation);
  END LOOP;
END
$$`;
