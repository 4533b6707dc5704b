import { connect } from "node:http2";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type RunningCli, startCli } from "../cli/run-cli.ts";
import { eventually } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

/** Enough for the drain to take 2 s: one end every 10 ms. */
const MANY = 200;

interface Follower {
  messages: number;
  /** Status and time (ms) of the end. */
  readonly ended: Promise<{ readonly status: string; readonly atMs: number }>;
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(typeof address === "object" ? address?.port : "");
}

describe("a process that is told to stop", () => {
  let test: TestDatabase;
  let cli: RunningCli;
  let sync: string;
  let management: string;
  const closers: (() => void)[] = [];

  beforeEach(async () => {
    test = await createTestDatabase();
    const sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    cli.child.kill("SIGKILL");
    await cli.ended;
    await test.drop();
  });

  async function start(env: Record<string, string> = {}): Promise<void> {
    const [syncPort, managementPort] = [await freePort(), await freePort()];
    sync = `http://127.0.0.1:${syncPort}`;
    management = `http://127.0.0.1:${managementPort}`;
    cli = startCli(["start"], {
      DATABASE_URL: test.url,
      HOST: "127.0.0.1",
      SYNC_PORT: syncPort,
      MANAGEMENT_PORT: managementPort,
      ...env,
    });
    await eventually(async () => ((await readyz()) === 200 ? true : undefined));
  }

  const readyz = async (): Promise<number | undefined> =>
    (await fetch(`${management}/readyz`).catch(() => undefined))?.status;

  /** Streams over connections of their own, some to each; resolves when all have their first message. */
  async function openStreams(count: number, perConnection = 10): Promise<Follower[]> {
    const followers: Follower[] = [];
    for (let index = 0; index < count; index += perConnection) {
      const session = connect(sync);
      session.on("error", () => undefined);
      closers.push(() => session.destroy());
      for (let each = 0; each < Math.min(perConnection, count - index); each++) {
        const stream = session.request({
          ":method": "POST",
          ":path": "/flagd.sync.v1.FlagSyncService/SyncFlags",
          "content-type": "application/grpc",
          "x-environment-key": PLACE.environmentKey,
        });
        stream.on("error", () => undefined);
        stream.end(Buffer.alloc(5));
        const follower: Follower = {
          messages: 0,
          ended: new Promise((resolve) => {
            stream.once("trailers", (trailers) =>
              resolve({ status: String(trailers["grpc-status"]), atMs: performance.now() }),
            );
          }),
        };
        stream.on("data", () => {
          follower.messages += 1;
        });
        followers.push(follower);
      }
    }
    await eventually(() => (followers.every(({ messages }) => messages > 0) ? true : undefined));
    return followers;
  }

  it("ends hundreds of streams one after the other, shows the others what changes, and exits with 0", async () => {
    await start();
    const followers = await openStreams(MANY);
    let over = 0;
    for (const { ended } of followers) void ended.then(() => over++);
    cli.child.kill("SIGTERM");
    await eventually(() => (over > 0 ? true : undefined));
    expect(await readyz()).toBe(412);
    const last = followers.at(-1);
    const before = last?.messages ?? 0;
    await toggleFlag(test.database, PLACE);
    await eventually(() => ((last?.messages ?? 0) > before ? true : undefined));
    const late = connect(sync);
    closers.push(() => late.destroy());
    const call = late.request({
      ":method": "POST",
      ":path": "/flagd.sync.v1.FlagSyncService/SyncFlags",
      "content-type": "application/grpc",
      "x-environment-key": PLACE.environmentKey,
    });
    call.end(Buffer.alloc(5));
    const refused = await new Promise<Record<string, unknown>>((resolve) => call.once("response", resolve));
    expect(refused).toMatchObject({ "grpc-status": "14", "grpc-message": expect.stringContaining("shut") });

    const ends = await Promise.all(followers.map(({ ended }) => ended));
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(["14"]));
    const times = ends.map(({ atMs }) => atMs).sort((left, right) => left - right);
    const spreadMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(spreadMs).toBeGreaterThan(1_500);
    const run = await cli.ended;
    expect(run.code).toBe(0);
    expect(run.err).toContain("stopped");
    expect(run.err).not.toContain(PLACE.environmentKey);
  });

  it("does not wait when there is nobody left to send away", async () => {
    await start();
    const followers = await openStreams(3);
    const beganMs = performance.now();
    cli.child.kill("SIGTERM");
    for (const { ended } of followers) expect((await ended).status).toBe("14");
    expect((await cli.ended).code).toBe(0);
    expect(performance.now() - beganMs).toBeLessThan(9_000);
  });

  it.each([
    ["1", "SIGTERM", 143],
    ["2", "SIGINT", 130],
  ] as const)("%s process(es): a second signal, %s, ends all at once", async (workers, signal, code) => {
    await start({ WORKERS: workers });
    const followers = await openStreams(MANY);
    cli.child.kill("SIGTERM");
    await Promise.race(followers.map(({ ended }) => ended));
    cli.child.kill(signal);
    const run = await cli.ended;
    expect(run.code).toBe(code);
    const pids = [...run.err.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
    expect(new Set(pids).size).toBe(Number(workers));
    await eventually(() => (pids.some(isAlive) ? undefined : true));
  });

  it("two workers send their streams away side by side", async () => {
    await start({ WORKERS: "2" });
    const followers = await openStreams(MANY);
    let over = 0;
    for (const { ended } of followers) void ended.then(() => over++);
    cli.child.kill("SIGTERM");
    await eventually(() => (over > 0 ? true : undefined));
    expect(await readyz()).toBe(412);
    expect(over).toBeLessThan(MANY);
    const ends = await Promise.all(followers.map(({ ended }) => ended));
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(["14"]));
    expect((await cli.ended).code).toBe(0);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
