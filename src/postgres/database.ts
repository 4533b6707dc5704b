/**
 * postgres: all that speaks SQL. Rows are decoded here and nowhere else; what leaves this room is model nouns.
 * The only room that names `pg` and `pg-listen`.
 */
import pg from "pg";
import { codeOf, FlagsmithFlagdError, messageOf } from "../support/errors.ts";

/** Something that answers SQL. Rows are `unknown` until a decoder has looked at them. */
export interface Queryable {
  query(text: string, values?: readonly unknown[]): Promise<readonly unknown[]>;
  /** Several statements in one text, without parameters. */
  execute(text: string): Promise<void>;
}

/** A pool of connections to one Postgres. */
export interface Database extends Queryable {
  /** Runs `work` in one repeatable-read, read-only transaction: every query sees the same moment. */
  readSnapshot<Result>(work: (snapshot: Queryable) => Promise<Result>): Promise<Result>;
  /** Runs `work` in one read-committed transaction; rolled back if it throws. */
  write<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** How to open a {@link Database}. */
export interface DatabaseOptions {
  readonly connectionString: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** The server gives up on a statement after this long; 0: never. */
  readonly statementTimeoutMs?: number;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
}

const SQLSTATE_CLASS_CONNECTION = /^(08|28|3D|53|57P)/;

/** True for failures that say the database is away or refuses us, rather than that a statement was wrong. */
export function isConnectionFailure(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (code === undefined) return /Connection terminated|timeout/i.test(messageOf(thrown));
  return (
    /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOST|ENET)/.test(code) || SQLSTATE_CLASS_CONNECTION.test(code)
  );
}

/** Turns a connection failure into the one error class; anything else is passed on as it is. */
export function asDatabaseError(thrown: unknown): unknown {
  if (thrown instanceof FlagsmithFlagdError || !isConnectionFailure(thrown)) return thrown;
  return new FlagsmithFlagdError("DATABASE_UNREACHABLE", `cannot reach the database: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}

function queryable(client: pg.Pool | pg.PoolClient): Queryable {
  return {
    async query(text, values = []) {
      const result = await client.query<Record<string, unknown>>(text, [...values]);
      return result.rows;
    },
    async execute(text) {
      await client.query(text);
    },
  };
}

async function inTransaction<Result>(
  pool: pg.Pool,
  begin: string,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(queryable(client));
    await client.query("COMMIT");
    return result;
  } catch (thrown) {
    await client.query("ROLLBACK").catch((error: Error) => {
      broken = error;
    });
    throw thrown;
  } finally {
    client.release(broken);
  }
}

/** Opens a pool. Connects on first use; nothing fails here. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.maxConnections ?? 4,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    ...(options.statementTimeoutMs ? { statement_timeout: options.statementTimeoutMs } : {}),
  });
  pool.on("error", (error) => options.onIdleError?.(error));
  return {
    ...queryable(pool),
    readSnapshot: (work) => inTransaction(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work),
    write: (work) => inTransaction(pool, "BEGIN", work),
    close: () => pool.end(),
  };
}
