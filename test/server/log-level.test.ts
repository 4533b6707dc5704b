import { spawn, spawnSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { CLI_MAIN, type RunningCli, startCli } from "../cli/run-cli.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "./harness.ts";

const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

interface Started {
  readonly run: RunningCli;
  readonly management: string;
  /** What came on standard error so far. */
  log(): string;
}

let test: TestDatabase;
const running: RunningCli[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  const sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
});
afterEach(async () => {
  for (const run of running.splice(0)) {
    run.child.kill("SIGTERM");
    await run.ended;
  }
});
afterAll(() => test.drop());

async function start(env: Readonly<Record<string, string>>): Promise<Started> {
  const port = await freePort();
  const run = startCli(["start"], {
    DATABASE_URL: test.url,
    HOST: "127.0.0.1",
    SYNC_PORT: await freePort(),
    MANAGEMENT_PORT: port,
    LOG_LEVEL: "warn",
    ...env,
  });
  running.push(run);
  let log = "";
  run.child.stderr?.on("data", (text: string) => {
    log += text;
  });
  const management = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    const answer = await fetch(`${management}/readyz`).catch(() => undefined);
    return answer?.ok === true ? true : undefined;
  });
  return { run, management, log: () => log };
}

const has = async ({ log }: Started, pattern: RegExp, times = 1): Promise<void> => {
  await eventually(() => ((log().match(pattern)?.length ?? 0) >= times ? true : undefined));
};

/** Toggles until every server that looks has counted it; the lines of that are in the log then, if there are any. */
async function change({ management }: Started): Promise<void> {
  const published = async (): Promise<number[]> => {
    const text = await (await fetch(`${management}/metrics`)).text();
    return [...text.matchAll(/^flagsmith_flagd_propagation_seconds_count\S* (\d+)$/gm)].map(([, count]) =>
      Number(count),
    );
  };
  const before = await published();
  expect(before.length).toBeGreaterThan(0);
  await toggleFlag(test.database, PLACE);
  await eventually(async () => {
    const now = await published();
    return now.every((count, index) => count > (before[index] ?? 0)) ? true : undefined;
  });
}

describe("the log of a running process", () => {
  it("goes to level debug at SIGUSR2, and back at the next", async () => {
    const server = await start({});
    await change(server);
    expect(server.log()).not.toMatch(/published/);
    server.run.child.kill("SIGUSR2");
    await has(server, /"level":"debug","msg":"the log level was switched"/g);
    await change(server);
    await has(server, /"level":"info".*"durationMs":[\d.]+,"msg":"published"/g);
    server.run.child.kill("SIGUSR2");
    await has(server, /"level":"warn","msg":"the log level was switched"/g);
    const length = server.log().length;
    await change(server);
    expect(server.log().slice(length)).toBe("");
  });

  it("is switched in all workers, also in one that is started later", async () => {
    const server = await start({ WORKERS: "2", LOG_LEVEL: "info" });
    const pids = [...server.log().matchAll(/"pid":(\d+),"msg":"a worker serves"/g)].map(([, pid]) =>
      Number(pid),
    );
    expect(pids).toHaveLength(2);
    server.run.child.kill("SIGUSR2");
    await has(server, /"level":"debug","msg":"the log level was switched"/g, 3);
    process.kill(pids[0] ?? 0, "SIGKILL");
    await has(server, /"level":"debug","msg":"the log level was switched"/g, 4);
    expect((await fetch(`${server.management}/readyz`)).status).toBe(200);
  });

  it("is JSON where nobody looks, and lines for people where LOG_FORMAT says so", async () => {
    const json = await start({ LOG_LEVEL: "info" });
    await has(json, /"msg":"serving"/g);
    for (const line of json.log().trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("msg");
    const pretty = await start({ LOG_LEVEL: "info", LOG_FORMAT: "pretty" });
    await has(pretty, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}published environmentId=\d+ .*durationMs=[\d.]+$/gm, 2);
    await has(pretty, /INFO {2}serving syncPort=\d+/g);
    expect(pretty.log()).not.toContain("{");
  });

  const hasScript = spawnSync("script", ["--version"]).status === 0;
  if (!hasScript)
    console.warn("script(1) is not installed: that a terminal gets lines for people is not tried here");

  it.skipIf(!hasScript)("is for people on a terminal, with colours", async () => {
    const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
    const env = {
      ...inherited,
      TERM: "xterm",
      DATABASE_URL: test.url,
      HOST: "127.0.0.1",
      SYNC_PORT: "0",
      MANAGEMENT_PORT: "0",
    };
    const terminal = spawn("script", ["-qec", `${process.execPath} ${CLI_MAIN} start`, "/dev/null"], { env });
    let shown = "";
    terminal.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text.replaceAll("\u001b", "<esc>");
    });
    const pid = await eventually(() => /serving .*pid=<esc>\[0m(\d+)/.exec(shown)?.[1]);
    const ended = new Promise((resolve) => terminal.once("close", resolve));
    process.kill(Number(pid), "SIGTERM");
    await ended;
    expect(shown).toContain("<esc>[32mINFO <esc>[0m published");
    expect(shown).not.toContain('{"level"');
  });
});
