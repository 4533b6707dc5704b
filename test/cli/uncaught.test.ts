import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSampleProject } from "../../src/demo/sample/sample-project.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { eventually } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { type RunningCli, startCli } from "./run-cli.ts";

const MAIN = resolve(import.meta.dirname, "../../dist/main.js");
const PRELOAD = resolve(import.meta.dirname, "throw-later.mjs");

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

describe("an error that nobody caught, in a real process", { timeout: 90_000 }, () => {
  let test: TestDatabase;
  let cli: RunningCli | undefined;
  let err = "";
  const settings = () => ({
    DATABASE_URL: test.url,
    HOST: "127.0.0.1",
    SYNC_PORT: "0",
    MANAGEMENT_PORT: "0",
    NODE_OPTIONS: `--import=${PRELOAD}`,
  });
  const start = (env: Readonly<Record<string, string>>): RunningCli => {
    const started = startCli(["start"], { ...settings(), ...env });
    err = "";
    started.child.stderr?.on("data", (text: string) => {
      err += text;
    });
    cli = started;
    return started;
  };
  const lines = (): readonly LogLine[] =>
    err
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  /** Waits for something in the log of a process that lives on. */
  const untilLogged = (pattern: RegExp, count: number): Promise<readonly LogLine[]> =>
    eventually(() => {
      const found = logged(pattern);
      if (found.length >= count) return found;
      expect(cli?.child.exitCode, err).toBeNull();
      return undefined;
    });
  const logged = (pattern: RegExp): readonly LogLine[] => lines().filter(({ msg }) => pattern.test(msg));
  beforeEach(async () => {
    test = await createTestDatabase();
    await createSampleProject(test.database);
    await migrateUp(test.database);
  });
  afterEach(async () => {
    cli?.child.kill("SIGKILL");
    await cli?.ended;
    await test.drop();
  });

  it.each([
    ["throws", "uncaughtException"],
    ["rejects", "unhandledRejection"],
  ])("ends it with a reason, %s", async (DEFECT, origin) => {
    const { child, ended } = start({ DEFECT });
    await untilLogged(/^serving$/, 1);
    child.kill("SIGUSR2");
    expect((await ended).code).toBe(1);
    expect(lines().filter(({ level }) => level === "fatal")).toMatchObject([
      {
        code: "UNEXPECTED",
        origin,
        error: "a provoked defect",
        stack: expect.stringContaining("throw-later.mjs"),
      },
    ]);
  });

  it.each([
    ["on a full disk", "/dev/full", { code: 1, signal: null }],
    ["into a pipe that nobody reads", "fifo", { code: null, signal: "SIGKILL" }],
  ])("ends it even if its log goes %s", async (_, log, expected) => {
    const folder = mkdtempSync(join(tmpdir(), "uncaught-test-"));
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    const logFd = openSync(log === "fifo" ? fifo : log, "r+");
    const port = await freePort();
    const child = spawn(process.execPath, [MAIN, "start"], {
      stdio: ["ignore", "ignore", logFd],
      env: {
        ...process.env,
        ...settings(),
        MANAGEMENT_PORT: port,
        DEFECT: "throws",
        DEFECT_LENGTH: "500000",
      },
    });
    const ended = new Promise((done) => child.once("exit", (code, signal) => done({ code, signal })));
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    });
    child.kill("SIGUSR2");
    expect(await ended).toEqual(expected);
    closeSync(logFd);
    rmSync(folder, { recursive: true });
  });

  it("ends one worker, and another takes its place", async () => {
    const { child, ended } = start({ DEFECT: "throws", WORKERS: "2" });
    await untilLogged(/^a worker serves$/, 2);
    const [first] = logged(/^a worker serves$/);
    process.kill(Number(first?.pid), "SIGUSR2");
    await untilLogged(/^a worker serves$/, 3);
    expect(lines().filter(({ level }) => level === "fatal")).toHaveLength(1);
    expect(logged(/^a worker died/)).toMatchObject([{ worker: first?.worker, code: 1 }]);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  it("ends all workers when it is the first process that failed", async () => {
    const { child, ended } = start({ DEFECT: "throws", WORKERS: "2" });
    await untilLogged(/^a worker serves$/, 2);
    const workers = logged(/^a worker serves$/).map(({ pid }) => Number(pid));
    child.kill("SIGUSR2");
    expect((await ended).code).toBe(1);
    for (const pid of workers) {
      await eventually(() => {
        try {
          process.kill(pid, 0);
          return undefined;
        } catch {
          return true;
        }
      });
    }
  });
});
