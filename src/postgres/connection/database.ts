/**
 * postgres: all that speaks SQL. Rows are decoded here and nowhere else; what leaves this room is model nouns.
 * The only room that names `pg`.
 */
import pg from "pg";
import { type Clock, systemClock, type Timer } from "../../support/clock.ts";
import { BoundedSockets } from "./bounded-sockets.ts";
import { isConnectionFailure } from "./connection-failure.ts";

/** Something that answers SQL. Rows are `unknown` until a decoder has looked at them. */
export interface Queryable {
  query(text: string, values?: readonly unknown[]): Promise<readonly unknown[]>;
  /** Several statements in one text, without parameters. */
  execute(text: string): Promise<void>;
}

/** A pool of connections to one Postgres. */
export interface Database extends Queryable {
  /**
   * Runs `work` in one repeatable-read, read-only transaction: every query sees the same moment. Queries that are asked
   * without waiting for one another are sent in one go, and answered in their order.
   */
  readSnapshot<Result>(work: (snapshot: Queryable) => Promise<Result>): Promise<Result>;
  /** Runs `work` in one read-committed transaction; rolled back if it throws. */
  write<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** A {@link Database} whose connections can be given up. */
export interface ConnectionPool extends Database {
  /** From now on uses new connections only; those in use may finish unless `now`: then they are cut. */
  renew(now?: "now"): void;
  /** Ends all connections; those that do not end by themselves in {@link CLOSE_LIMIT_MS} are cut. */
  close(): Promise<void>;
}

/** How to open a {@link Database}. */
export interface DatabaseOptions {
  readonly connectionString: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /**
   * The server gives up on a statement of a transaction after this long, and we on its answer a little later: over a
   * frozen network the server's word does not reach us. For queries sent in one go our limit is one for all. Absent: never.
   */
  readonly statementTimeoutMs?: number;
  readonly clock?: Clock;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * Our transactions hold locks on Flagsmith's tables, and must never stand in the way of its migrations. A reading waits
 * so little for a lock that it gives way long before Postgres (after 1 s) would look for a deadlock and perhaps choose
 * the migration as its victim; a transaction of a process that was frozen is ended by Postgres. Set with BEGIN, in the
 * same round trip, because poolers refuse such settings when connecting.
 */
const NEVER_IN_THE_WAY = "SET LOCAL idle_in_transaction_session_timeout = '10s'";
const BEGIN_READ = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${NEVER_IN_THE_WAY}; SET LOCAL lock_timeout = '250ms'`;
const BEGIN_WRITE = `BEGIN; ${NEVER_IN_THE_WAY}`;

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

const CLOSE_LIMIT_MS = 2_000;

/** What is still in use after {@link ConnectionPool.renew} may take a statement's time, and so much more. */
const RENEW_LIMIT_MS = 10_000;

/** Beyond the server's own limit, for the way there and back. */
const ANSWER_MARGIN_MS = 2_000;

/** A connection that was lent, and must be given back. */
class LentClient {
  readonly queries: Queryable;
  readonly #client: pg.PoolClient;
  #broken: Error | undefined;
  #over = false;
  readonly #onError = (error: Error): void => {
    this.#broken = error;
  };

  constructor(client: pg.PoolClient) {
    this.#client = client;
    client.on("error", this.#onError);
    const { query, execute } = queryable(client);
    const whileLent = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
      this.#over ? Promise.reject(new Error("the transaction is over")) : ask();
    this.queries = {
      query: (text, values) => whileLent(() => query(text, values)),
      execute: (text) => whileLent(() => execute(text)),
    };
  }

  async begin(text: string): Promise<void> {
    await this.#client.query(text);
  }

  async commit(): Promise<void> {
    this.#over = true;
    await this.#client.query("COMMIT");
  }

  /** A connection without an answer is not asked once more: that would wait as long again. */
  async rollBack(thrown: unknown): Promise<void> {
    this.#over = true;
    if (isConnectionFailure(thrown) && thrown instanceof Error) this.#broken = thrown;
    else await this.#client.query("ROLLBACK").catch(this.#onError);
  }

  giveBack(): void {
    this.#client.off("error", this.#onError);
    this.#client.release(this.#broken);
  }
}

async function inTransaction<Result>(
  pool: pg.Pool,
  begin: string,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = new LentClient(await pool.connect());
  try {
    await client.begin(begin);
    const result = await work(client.queries);
    await client.commit();
    return result;
  } catch (thrown) {
    await client.rollBack(thrown);
    throw thrown;
  } finally {
    client.giveBack();
  }
}

/**
 * The same for reading: nothing is waited for that the result does not depend on. The first queries are sent with BEGIN,
 * and the end of the transaction is not waited for.
 */
async function inSnapshot<Result>(
  pool: pg.Pool,
  begin: string,
  work: (snapshot: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = new LentClient(await pool.connect());
  try {
    const begun = client.begin(begin);
    // Told below, when what was asked meanwhile has been answered.
    begun.catch(() => undefined);
    const result = await work(client.queries);
    await begun;
    void client
      .commit()
      .catch((thrown: unknown) => client.rollBack(thrown))
      .then(() => client.giveBack());
    return result;
  } catch (thrown) {
    await client.rollBack(thrown);
    client.giveBack();
    throw thrown;
  }
}

class Pool {
  readonly pg: pg.Pool;
  readonly #sockets: BoundedSockets;
  readonly #clock: Clock;
  #late: Timer | undefined;

  constructor(options: DatabaseOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#sockets = new BoundedSockets(this.#clock);
    const { statementTimeoutMs } = options;
    this.pg = new pg.Pool({
      connectionString: options.connectionString,
      application_name: options.applicationName,
      max: options.maxConnections ?? 4,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      pipeline: true,
      stream: () => this.#sockets.create(),
      ...(statementTimeoutMs === undefined ? {} : { query_timeout: statementTimeoutMs + ANSWER_MARGIN_MS }),
    });
    this.pg.on("error", (error) => options.onIdleError?.(error));
    // A backend that ends in the moment in which its connection is handed out tells neither the pool any more nor, yet,
    // who asked for it; an error that nobody hears would end the process.
    this.pg.on("connect", (client) => client.on("error", () => undefined));
  }

  cut(): void {
    this.#sockets.destroyAll();
  }

  async end(limitMs: number): Promise<void> {
    const late = new Promise<void>((resolve) => {
      this.#late = this.#clock.after(limitMs, () => {
        this.cut();
        resolve();
      });
    });
    await Promise.race([this.#unawaited(), late]);
    await this.pg.end();
    this.#late?.cancel();
  }

  /** Resolves when nobody waits for a connection: pg-pool would never give one to them once it ends. */
  #unawaited(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.pg.waitingCount === 0) resolve();
      };
      this.pg.on("acquire", look).on("release", look);
      look();
    });
  }
}

/**
 * Opens a pool. Connects on first use; nothing fails here. The time limit of statements is set within each
 * transaction: as an option of the connection PgBouncer would refuse it ("unsupported startup parameter").
 */
export function openDatabase(options: DatabaseOptions): ConnectionPool {
  const clock = options.clock ?? systemClock;
  let pool = new Pool(options);
  const ending = new Map<Pool, Promise<void>>();
  const letGo = (old: Pool, limitMs: number): void => {
    const end = old.end(limitMs).finally(() => ending.delete(old));
    ending.set(old, end);
  };
  const { statementTimeoutMs } = options;
  const limit =
    statementTimeoutMs === undefined ? "" : `; SET LOCAL statement_timeout = ${statementTimeoutMs}`;
  return {
    query: (text, values) => queryable(pool.pg).query(text, values),
    execute: (text) => queryable(pool.pg).execute(text),
    readSnapshot: (work) => inSnapshot(pool.pg, `${BEGIN_READ}${limit}`, work),
    write: (work) => inTransaction(pool.pg, `${BEGIN_WRITE}${limit}`, work),
    renew(now) {
      const old = pool;
      pool = new Pool(options);
      if (now !== undefined) old.cut();
      letGo(old, (statementTimeoutMs ?? 0) + RENEW_LIMIT_MS);
    },
    async close() {
      letGo(pool, CLOSE_LIMIT_MS);
      const cut = clock.after(CLOSE_LIMIT_MS, () => {
        for (const old of ending.keys()) old.cut();
      });
      await Promise.all(ending.values());
      cut.cancel();
    },
  };
}
