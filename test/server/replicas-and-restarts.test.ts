import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningServer } from "../../src/app/start-server.ts";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/demo/cluster/embedded-postgres.ts";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { createFlagsmithTables } from "../../src/demo/tables/flagsmith-tables.ts";
import { type Database, openDatabase } from "../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, onDatabase, type TestDatabase } from "../support/database.ts";
import { eventually, follow, type SeenDocument, startTestServer } from "./harness.ts";

const FLAG = "maintenance_mode";
const PLACE = { flag: FLAG, environmentKey: DEMO_KEYS.development };
const isOn = ({ flags }: SeenDocument): boolean => flags[FLAG]?.state === "ENABLED";
const isOff = (document: SeenDocument): boolean => !isOn(document);

async function prepare(database: Database): Promise<SampleProject> {
  const sample = await createSampleProject(database);
  await migrateUp(database);
  await chooseForProject(database, sample.projectId, { enabled: true });
  return sample;
}

describe("replicas and restarts of the server", () => {
  let test: TestDatabase;
  const servers: RunningServer[] = [];
  const start = async (env = {}): Promise<Awaited<ReturnType<typeof startTestServer>>> => {
    const server = await startTestServer(test.url, env);
    servers.push(server);
    return server;
  };
  beforeEach(async () => {
    test = await createTestDatabase();
    await prepare(test.database);
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await test.drop();
  });

  it("give the same bytes for the same content, at the same time and after a restart", async () => {
    const [one, two] = await Promise.all([start(), start()]);
    const streams = [one, two].map(({ address }) => follow(address, DEMO_KEYS.development));
    const [left, right] = await Promise.all(streams.map((stream) => stream.until(() => true)));
    expect(left?.text).toBe(right?.text);
    await toggleFlag(test.database, PLACE);
    const [changedLeft, changedRight] = await Promise.all(streams.map((stream) => stream.until(isOn)));
    expect(changedLeft?.text).toBe(changedRight?.text);
    for (const stream of streams) stream.close();
    await one.stop();
    const restarted = follow((await start()).address, DEMO_KEYS.development);
    expect((await restarted.until(() => true)).text).toBe(changedLeft?.text);
    restarted.close();
  });

  it("find by the periodic comparison what no trigger announced, and count it", async () => {
    const server = await start({ RECONCILE_SECONDS: "1" });
    const stream = follow(server.address, DEMO_KEYS.development);
    await stream.until(isOff);
    const silent = new URL(test.url);
    silent.searchParams.set("options", "-c session_replication_role=replica");
    await onDatabase(silent.href, (database) => toggleFlag(database, PLACE));
    await stream.until(isOn);
    stream.close();
    const metrics = await eventually(async () => {
      const text = await (await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).text();
      return /missed_notifications_total 1/.test(text) ? text : undefined;
    });
    expect(metrics).toMatch(/revisions_total\{cause="reconcile"\} 1/);
    expect(server.log.some(({ message }) => /without a notification/.test(message))).toBe(true);
  });

  it("end every stream with UNAVAILABLE when stopped, never with OK", async () => {
    const server = await start();
    const stream = follow(server.address, DEMO_KEYS.development);
    await stream.until(() => true);
    await server.stop();
    expect(await stream.ended).toMatchObject({ code: status.UNAVAILABLE });
    stream.close();
  });

  it("go on without a writable schema, and say so", async () => {
    await test.database.execute(
      "REVOKE ALL ON flagd_sync.environment_head FROM PUBLIC; ALTER TABLE flagd_sync.environment_head ADD CONSTRAINT read_only CHECK (false) NOT VALID",
    );
    const server = await start();
    const stream = follow(server.address, DEMO_KEYS.development);
    await stream.until(isOff);
    await toggleFlag(test.database, PLACE);
    await stream.until(isOn);
    stream.close();
    expect(server.log.some(({ message }) => /could not be recorded/.test(message))).toBe(true);
  });
});

describe("Postgres stops and starts under a running server", () => {
  let postgres: EmbeddedPostgres;
  let database: Database;
  let server: Awaited<ReturnType<typeof startTestServer>>;
  beforeEach(async () => {
    postgres = await startEmbeddedPostgres();
    database = openDatabase({
      connectionString: postgres.url,
      applicationName: "test",
      onIdleError: () => undefined,
    });
    await createFlagsmithTables(database);
    await prepare(database);
    await database.execute("CHECKPOINT");
    server = await startTestServer(postgres.url);
  });
  afterEach(async () => {
    await server.stop();
    await database.close();
    await postgres.stop();
  });

  it.each([undefined, "crash"] as const)("loses nothing and needs no restart (%s)", async (how) => {
    const stream = follow(server.address, DEMO_KEYS.development);
    await stream.until(isOff);
    await postgres.halt(how);
    await eventually(() => (server.log.some(({ message }) => /is away/.test(message)) ? true : undefined));
    const late = follow(server.address, DEMO_KEYS.development);
    await late.until(isOff);
    await postgres.resume();
    await toggleFlag(database, PLACE);
    await Promise.all([stream.until(isOn), late.until(isOn)]);
    await toggleFlag(database, PLACE);
    await Promise.all([stream.until(isOff, 2), late.until(isOff, 2)]);
    expect(stream.arrivals).toHaveLength(3);
    expect(server.log.filter(({ message }) => /is away/.test(message))).toHaveLength(1);
    stream.close();
    late.close();
  });

  it("brings what changed while the server could not listen", async () => {
    const stream = follow(server.address, DEMO_KEYS.development);
    await stream.until(isOff);
    await postgres.halt("crash");
    await eventually(() => (server.log.some(({ message }) => /is away/.test(message)) ? true : undefined));
    await postgres.resume();
    await database.execute(
      "SET session_replication_role = replica; UPDATE features_featurestate SET enabled = true; SET session_replication_role = origin",
    );
    await stream.until(isOn);
    stream.close();
  });
});
