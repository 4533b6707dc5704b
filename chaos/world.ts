import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Child, startScript } from "../bench/processes/child.ts";
import { startTcpProxy, type TcpProxy } from "../test/support/tcp-proxy.ts";
import { ChaosDatabase } from "./database/chaos-database.ts";
import { freePort } from "./free-port.ts";
import type { FollowerOptions } from "./processes/follower.ts";
import type { Holding, Truth } from "./record/holding.ts";
import type { Recording } from "./record/recording.ts";
import { Replica } from "./replica.ts";
import { createPlaces, ENVIRONMENTS, type Places } from "./writer/places.ts";
import { Writer } from "./writer/writer.ts";

/** The followers, which run in a process of their own. */
export interface Followers {
  /** Recordings that were open at or after a moment, cut to what came since. */
  recordings(fromMs: number): Promise<readonly Recording[]>;
  holding(truth: Truth): Promise<readonly Holding[]>;
  /** All of them throw their connections away at once and make new ones. */
  reconnect(): Promise<void>;
}

/** Everything that a fault may break. */
export interface World {
  readonly database: ChaosDatabase;
  readonly places: Places;
  readonly replicas: readonly [Replica, Replica];
  /** The network before the first replica, for one follower of each environment. */
  readonly followerNetwork: TcpProxy;
  readonly followers: Followers;
  readonly writer: Writer;
  readonly random: () => number;
  /** How long a fault that would last `fullMs` lasts in this run. */
  holdMs(fullMs: number): number;
  /** How often something is done in this run that would be done `full` times. */
  times(full: number): number;
}

/** What the servers are told about the largest document; those of the sample have 25 KB. */
export const MAX_DOCUMENT_BYTES = 60_000;
/** How long a reader that does not read is waited for. */
export const SLOW_READER_MS = 1_500;
/** Over how long a server that is told to stop ends its streams. */
export const DRAIN_MS = 3_000;

const SERVER_OPTIONS = {
  RECONCILE_SECONDS: "3",
  // On a machine that is busy being broken, the steps of a series lie further apart than Flagsmith's.
  SETTLE_MS: "300",
  SETTLE_MAX_MS: "2000",
  // Short, so that a lock that somebody holds is felt within a fault.
  DATABASE_TIMEOUT_MS: "1000",
  LOG_LEVEL: "info",
  MAX_DOCUMENT_BYTES: String(MAX_DOCUMENT_BYTES),
  SLOW_READER_MS: String(SLOW_READER_MS),
  DRAIN_MS: String(DRAIN_MS),
  SHUTDOWN_GRACE_MS: "1000",
};
const STREAMS_PER_REPLICA_AND_ENVIRONMENT = 2;

async function replicaOf(name: string, folder: string, serverUrl: string): Promise<Replica> {
  const stateDir = join(folder, `${name}-state`);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  return new Replica({
    name,
    syncPort: await freePort(),
    managementPort: await freePort(),
    stateDir,
    logFile: join(folder, `${name}.log`),
    env: { ...SERVER_OPTIONS, DATABASE_URL: serverUrl },
  });
}

function followersOf(
  places: Places,
  replicas: readonly Replica[],
  proxied: TcpProxy,
): readonly FollowerOptions[] {
  return replicas.flatMap((replica, index) =>
    ENVIRONMENTS.flatMap((environment) => {
      const common = { environment, key: places.keys.get(environment) ?? "", always: places.always };
      const name = `${replica.options.name} ${environment}`;
      const { syncPort: port } = replica.options;
      const streams = Array.from({ length: STREAMS_PER_REPLICA_AND_ENVIRONMENT }, (_, number) => ({
        ...common,
        name: `${name} stream ${number + 1}`,
        kind: "stream" as const,
        port: index === 0 && number === 0 ? proxied.port : port,
      }));
      return [...streams, { ...common, name: `${name} poller`, kind: "poll" as const, port }];
    }),
  );
}

async function startFollowers(options: readonly FollowerOptions[]): Promise<Followers & { child: Child }> {
  const child = startScript(new URL("./processes/followers.js", import.meta.url));
  await child.ask("start", options);
  return {
    child,
    recordings: (fromMs) => child.ask("recordings", fromMs),
    holding: (truth) => child.ask("holding", truth),
    reconnect: () => child.ask("reconnect"),
  };
}

/** Starts a database, two servers, followers and a writer that waits; `folder` takes logs and state. */
export async function startWorld(options: {
  readonly folder: string;
  readonly random: () => number;
  readonly quick: boolean;
}): Promise<World & { stop(): Promise<void> }> {
  const { random, quick } = options;
  const folder = resolve(options.folder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const database = await ChaosDatabase.start();
  const places = await createPlaces(database.admin, database.sample);
  const replicas = [
    await replicaOf("a", folder, database.serverUrl),
    await replicaOf("b", folder, database.serverUrl),
  ] as const;
  for (const replica of replicas) replica.start();
  const [first] = replicas;
  const target = { host: "127.0.0.1", port: first.options.syncPort };
  const followerNetwork = await startTcpProxy({ target });
  await Promise.all(replicas.map((replica) => replica.ready()));
  const { child, ...followers } = await startFollowers(followersOf(places, replicas, followerNetwork));
  const writer = new Writer(database.admin, places, random);
  return {
    database,
    places,
    replicas,
    followerNetwork,
    followers,
    writer,
    random,
    holdMs: (fullMs) => (quick ? Math.min(fullMs, 1_200) : fullMs),
    times: (full) => (quick ? Math.ceil(full / 3) : full),
    async stop() {
      await writer.pause();
      await child.stop();
      await followerNetwork.close();
      await Promise.all(replicas.map((replica) => replica.kill()));
      await database.stop();
    },
  };
}
