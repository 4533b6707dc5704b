import pg from "pg";
import type { Clock, Timer } from "../../support/clock.ts";
import { FlagsmithFlagdError } from "../../support/errors.ts";
import { BoundedSockets } from "../connection/bounded-sockets.ts";

/** What a connection is opened with. */
export interface ListenConnectionOptions {
  readonly connectionString: string;
  readonly clock: Clock;
  readonly channels: readonly string[];
  readonly onNotification: (channel: string, payload: string) => void;
  /** The connection is gone; called at most once, and not after {@link ListenConnection.close}. */
  readonly onEnd: (error: Error) => void;
}

/** A connection on which LISTEN is in force. */
export interface ListenConnection {
  /** Rejects if the connection does not answer in time. */
  probe(): Promise<void>;
  /** Ends it in good order, or if that takes long without. */
  close(): Promise<void>;
  /** Ends it at once. */
  destroy(): void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 5_000;
const CLOSE_LIMIT_MS = 1_000;

const standby = (): FlagsmithFlagdError =>
  new FlagsmithFlagdError("DATABASE_STANDBY", "this Postgres is a standby, on which nobody can listen");

async function listen(client: pg.Client, channels: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ pg_is_in_recovery: boolean }>("SELECT pg_is_in_recovery()");
  if (rows[0]?.pg_is_in_recovery) throw standby();
  for (const channel of channels) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
}

/**
 * Connects and listens. A standby is asked what it is first, so that no refused LISTEN fills its log.
 *
 * @throws FlagsmithFlagdError DATABASE_STANDBY; what `pg` throws when the database cannot be reached
 */
export async function openListenConnection(options: ListenConnectionOptions): Promise<ListenConnection> {
  const { connectionString, clock, channels, onNotification, onEnd } = options;
  const sockets = new BoundedSockets(clock);
  const client = new pg.Client({
    connectionString,
    application_name: "flagsmith-flagd listen",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    stream: () => sockets.create(),
  });
  let over = false;
  const end = (error: Error): void => {
    if (over) return;
    over = true;
    sockets.destroyAll();
    onEnd(error);
  };
  let failure: Error | undefined;
  let onBroken = (error: Error): void => {
    failure ??= error;
  };
  client.on("error", (error) => onBroken(error));
  client.on("end", () => onBroken(new Error("the connection ended")));
  client.on("notification", ({ channel, payload }) => onNotification(channel, payload ?? ""));
  try {
    await client.connect();
    await listen(client, channels);
    if (failure !== undefined) throw failure;
  } catch (thrown) {
    over = true;
    sockets.destroyAll();
    throw thrown;
  }
  onBroken = end;
  return {
    async probe() {
      await client.query("SELECT 1").catch((error: Error) => {
        end(error);
        throw error;
      });
    },
    async close() {
      over = true;
      const limit: Timer = clock.after(CLOSE_LIMIT_MS, () => sockets.destroyAll());
      await client.end().catch(() => undefined);
      limit.cancel();
    },
    destroy() {
      over = true;
      sockets.destroyAll();
    },
  };
}
