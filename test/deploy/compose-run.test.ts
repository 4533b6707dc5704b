/** What `docker compose up` starts, started here without containers: same arguments, same environment, read from the file itself. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createFeature } from "../../src/demo/writer/write-features.ts";
import type { RunningCli } from "../cli/run-cli.ts";
import { eventually, type FollowedStream, follow } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { readCompose, serviceOf } from "./compose.ts";
import { askHealth, type Places, startService } from "./without-containers.ts";

const KEY = "ser.of-the-compose-test";
const compose = readCompose({ FLAGSMITH_SERVER_KEY: KEY });
const FIRST_FLAG = "first_flag";

/** Parts of flagd's own source settings. */
interface FlagdSource {
  readonly uri: string;
  readonly provider: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authHeader?: string;
}

/** The only source of a flagd of the file, as that flagd parses it. */
function sourceOf(service: string): FlagdSource {
  const [source, ...more] = JSON.parse(serviceOf(compose, service).environment?.FLAGD_SOURCES ?? "[]");
  expect(more).toEqual([]);
  return source;
}

let test: TestDatabase;
let places: Places;
let server: RunningCli;
let stream: FollowedStream | undefined;

beforeAll(async () => {
  test = await createTestDatabase();
  const ports = { SYNC_PORT: await freePort(), MANAGEMENT_PORT: await freePort() };
  places = { databaseUrl: test.url, ports };
  const first = await startService(serviceOf(compose, "bootstrap"), places).ended;
  expect({ code: first.code, out: first.out }).toEqual({ code: 0, out: `FLAGSMITH_SERVER_KEY=${KEY}\n` });
  server = startService(serviceOf(compose, "flagsmith-flagd"), places);
});
afterAll(async () => {
  stream?.close();
  server?.child.kill("SIGTERM");
  await server?.ended;
  await test?.drop();
});

/** The address at which a container's name and port are found here. */
function hereOf(authority: string): string {
  expect(authority).toBe("flagsmith-flagd:8015");
  return `127.0.0.1:${places.ports.SYNC_PORT}`;
}

it("is healthy by the check of the file", async () => {
  await eventually(async () => {
    const { code } = await askHealth(serviceOf(compose, "flagsmith-flagd"), places);
    return code === 0 || undefined;
  });
});

it("pushes a new feature, and each toggle of it, to a follower with flagd's own settings", async () => {
  const { uri, provider, headers = {} } = sourceOf("flagd");
  expect(provider).toBe("grpc");
  stream = follow(hereOf(uri), { metadata: headers });
  expect((await stream.until(() => true)).document.flags).toEqual({});
  const [project] = await test.database.query("SELECT id FROM projects_project");
  await createFeature(test.database, { projectId: Number(Object(project).id), name: FIRST_FLAG });
  await stream.until(({ flags }) => flags[FIRST_FLAG] !== undefined);
  const before = stream.arrivals.length;
  await toggleFlag(test.database, { flag: FIRST_FLAG, environmentKey: KEY });
  const { document } = await stream.until(() => true, before);
  expect(document.flags[FIRST_FLAG]).toMatchObject({ state: "ENABLED", variants: { control: true } });
});

it("answers the polling flagd's request", async () => {
  const { uri, provider, authHeader = "" } = sourceOf("flagd-http");
  expect(provider).toBe("http");
  const url = new URL(uri);
  const answer = await fetch(`http://${hereOf(url.host)}${url.pathname}`, {
    headers: { authorization: authHeader },
  });
  expect(answer.status).toBe(200);
  expect(Object.keys(Object(await answer.json()).flags)).toEqual([FIRST_FLAG]);
});

it("lets `up` be called again: everything is there, and nothing changes", async () => {
  const { code, err } = await startService(serviceOf(compose, "bootstrap"), places).ended;
  expect(code).toBe(0);
  expect(err).toMatch(/all was there/);
});
