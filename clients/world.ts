import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { ChaosDatabase } from "../chaos/database/chaos-database.ts";
import { freePort } from "../chaos/free-port.ts";
import { Replica } from "../chaos/replica.ts";
import { readRevisionWithSource } from "../src/app/on-demand/read-revision.ts";
import { setFlagValue } from "../src/demo/change-flag.ts";
import { createServerKey } from "../src/demo/writer/write-keys.ts";
import { type Prepared, prepare } from "../test/property/check.ts";
import { startTcpProxy, type TcpProxy } from "../test/support/tcp-proxy.ts";
import { PEOPLE } from "./people.ts";

/** A real database with the sample shop, real servers, and the address that clients know. */
export interface World {
  readonly database: ChaosDatabase;
  /** A load balancer in front of the servers: the one port that clients know. */
  readonly balancer: TcpProxy;
  /** The first one serves, the second stands by. */
  readonly replicas: readonly [Replica, Replica];
  /** The key that the clients begin with. */
  readonly key: { readonly id: number; readonly key: string };
  readonly folder: string;
  /** What Flagsmith answers now. */
  truth(): Promise<Prepared>;
  /** Sets the value of a flag; returns when that was committed, epoch ms. */
  change(flag: string, text: string): Promise<number>;
  stop(): Promise<void>;
}

const SIZES = { sizeBudgetBytes: 1_000_000, maxDocumentBytes: 4_194_304 };
const OPTIONS = { CORS_ORIGINS: "*", DRAIN_MS: "1000", SHUTDOWN_GRACE_MS: "1000", LOG_LEVEL: "info" };

async function replicaOf(name: string, folder: string, serverUrl: string): Promise<Replica> {
  const stateDir = join(folder, `${name}-state`);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  return new Replica({
    name,
    syncPort: await freePort(),
    managementPort: await freePort(),
    stateDir,
    logFile: join(folder, `${name}.log`),
    env: { ...OPTIONS, DATABASE_URL: serverUrl },
  });
}

/** Starts all of it; `folder` takes logs. */
export async function startWorld(logs: string): Promise<World> {
  const folder = resolve(logs);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const database = await ChaosDatabase.start();
  const { admin, sample } = database;
  const key = await createServerKey(admin, { environmentId: sample.developmentId, name: "clients" });
  const replicas = [
    await replicaOf("a", folder, database.serverUrl),
    await replicaOf("b", folder, database.serverUrl),
  ] as const;
  const [first] = replicas;
  first.start();
  await first.ready();
  const balancer = await startTcpProxy({ target: { host: "127.0.0.1", port: first.options.syncPort } });
  // Never rotated, so that the truth can be read while no client has a key.
  const reader = await createServerKey(admin, { environmentId: sample.developmentId, name: "reader" });
  return {
    database,
    balancer,
    replicas,
    key,
    folder,
    async truth() {
      const { snapshot } = await readRevisionWithSource(admin, reader.key, SIZES);
      return prepare({ environment: snapshot, people: PEOPLE });
    },
    async change(flag, text) {
      await setFlagValue(admin, { flag, environmentKey: reader.key }, text);
      return Date.now();
    },
    async stop() {
      await balancer.close();
      await Promise.all(replicas.map((replica) => replica.kill()));
      await database.stop();
    },
  };
}
