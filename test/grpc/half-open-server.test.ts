import { connect } from "node:http2";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RunningServer } from "../../src/app/start-server.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { eventually, follow, startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

const KEY = DEMO_KEYS.development;

let test: TestDatabase;
let server: RunningServer & { readonly address: string };
let proxy: TcpProxy;

beforeEach(async () => {
  test = await createTestDatabase();
  const sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
});
afterEach(async () => {
  await proxy.close();
  await server.stop();
  await test.drop();
});

async function start(env: Readonly<Record<string, string>>): Promise<void> {
  server = await startTestServer(test.url, env);
  proxy = await startTcpProxy({ target: { host: "127.0.0.1", port: server.syncPort } });
}

const metrics = async (): Promise<string> =>
  (await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).text();

it("the whole server, by its options: lost clients leave the gauges, and are counted by their reason", async () => {
  await start({ PING_INTERVAL_MS: "500", PING_TIMEOUT_MS: "500" });
  const there = follow(server.address, KEY);
  await there.until(() => true);
  const lost = follow(`127.0.0.1:${proxy.port}`, KEY);
  await lost.until(() => true);
  expect(await metrics()).toContain("flagsmith_flagd_active_streams 2");
  expect(await metrics()).toContain("flagsmith_flagd_connections 2");
  proxy.strand();
  const text = await eventually(async () => {
    const now = await metrics();
    return now.includes("flagsmith_flagd_connections 1") ? now : undefined;
  });
  expect(text).toContain("flagsmith_flagd_active_streams 1");
  expect(text).toContain('flagsmith_flagd_stream_duration_seconds_count{reason="half_open"} 1');
  expect(text).toContain('flagsmith_flagd_connections_cut_total{reason="half_open"} 1');
  lost.close();
  there.close();
});

it("the whole server, by its options: greatest age of a stream and most connections", async () => {
  await start({ MAX_STREAM_AGE_SECONDS: "1", MAX_CONNECTIONS: "1" });
  const stream = follow(server.address, KEY);
  await stream.until(() => true);
  const second = connect(`http://${server.address}`);
  await new Promise((resolve) => second.on("error", () => undefined).once("close", resolve));
  expect((await stream.ended).code).toBe(14);
  const text = await metrics();
  expect(text).toContain('flagsmith_flagd_stream_duration_seconds_count{reason="max_age"} 1');
  expect(text).toContain('flagsmith_flagd_connections_cut_total{reason="too_many"} 1');
  stream.close();
});
