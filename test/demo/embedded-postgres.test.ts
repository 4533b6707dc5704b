import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { makeClusterDirectory, sweepClusterDirectories } from "../../src/demo/cluster/cluster-directory.ts";
import { startEmbeddedPostgres } from "../../src/demo/cluster/embedded-postgres.ts";
import { postgresBinaries } from "../../src/demo/cluster/postgres-binaries.ts";
import { spawnKeeper } from "../../src/demo/cluster/postgres-keeper.ts";
import { unprivilegedUser } from "../../src/demo/cluster/unprivileged-user.ts";
import { onDatabase } from "../support/database.ts";

const WAIT = { timeout: 15_000, interval: 50 };

/** Process lines that name the directory, zombies left out: a container's process 1 may never reap those. */
function processesOf(directory: string): readonly string[] {
  return execFileSync("ps", ["-eo", "pid,stat,args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(directory) && !/^\s*\d+\s+Z/.test(line));
}

function whenGone(directory: string): Promise<void> {
  return vi.waitFor(() => {
    expect(existsSync(directory)).toBe(false);
    expect(processesOf(directory)).toEqual([]);
  }, WAIT);
}

describe("startEmbeddedPostgres", () => {
  it("serves on 127.0.0.1 with a password, and leaves neither process nor folder", async () => {
    const postgres = await startEmbeddedPostgres();
    const { hostname, password } = new URL(postgres.url);
    expect(hostname).toBe("127.0.0.1");
    expect(await onDatabase(postgres.url, (database) => database.query("SELECT 1 AS one"))).toEqual([
      { one: 1 },
    ]);
    await expect(
      onDatabase(postgres.url.replace(password, "wrong"), (database) => database.query("SELECT 1")),
    ).rejects.toThrow(/password/);
    expect(processesOf(postgres.directory)).not.toEqual([]);
    await postgres.stop();
    expect(existsSync(postgres.directory)).toBe(false);
    expect(processesOf(postgres.directory)).toEqual([]);
    await postgres.stop();
  });

  it("keeps its data and its port over an outage, orderly or not", async () => {
    const postgres = await startEmbeddedPostgres();
    await onDatabase(postgres.url, (database) => database.execute("CREATE TABLE kept (id int)"));
    for (const how of [undefined, "crash"] as const) {
      await postgres.halt(how);
      await expect(
        onDatabase(postgres.url, (database) => database.query("SELECT FROM kept")),
      ).rejects.toThrow();
      await postgres.resume();
      expect(await onDatabase(postgres.url, (database) => database.query("SELECT FROM kept"))).toEqual([]);
    }
    await postgres.halt();
    await postgres.stop();
    await whenGone(postgres.directory);
  });
});

describe("a start that fails half-way", () => {
  it("leaves no folder and says why", async () => {
    const user = await unprivilegedUser();
    const directory = await makeClusterDirectory(user);
    const { initdb } = await postgresBinaries(directory, user);
    await writeFile(join(directory, "password"), "secret\n", { mode: 0o644 });
    const keeper = spawnKeeper({
      directory,
      user,
      port: 1,
      binaries: { initdb, postgres: "/nowhere/postgres" },
    });
    await expect(keeper.ready).rejects.toThrow(/nowhere/);
    await whenGone(directory);
  });
});

describe("sweepClusterDirectories", () => {
  it("removes what dead processes left, and nothing of the living", async () => {
    const user = await unprivilegedUser();
    const mine = await makeClusterDirectory(user);
    const gone = mine.replace(`-${process.pid}-`, "-2147483646-");
    await mkdir(gone);
    await sweepClusterDirectories(user);
    expect(existsSync(gone)).toBe(false);
    expect(existsSync(mine)).toBe(true);
    await rm(mine, { recursive: true });
  });
});

/** Starts a cluster, prints its folder and url, and lives on whatever signal comes, as a server does that drains. */
const PROGRAM = `
import { startEmbeddedPostgres } from "./demo/cluster/embedded-postgres.js";
const postgres = await startEmbeddedPostgres();
process.on("SIGINT", () => console.log("interrupted"));
console.log(JSON.stringify({ directory: postgres.directory, url: postgres.url }));
if (process.argv[2] !== "ends") setInterval(() => undefined, 1000);
`;

describe("the process above", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flagsmith-flagd-compiled-"));
    const only = {
      extends: join(process.cwd(), "tsconfig.build.json"),
      include: [join(process.cwd(), "src/demo")],
    };
    const options = {
      outDir: folder,
      rootDir: join(process.cwd(), "src"),
      types: ["node"],
      typeRoots: [join(process.cwd(), "node_modules/@types")],
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ ...only, compilerOptions: options }));
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    await writeFile(join(folder, "program.js"), PROGRAM);
    try {
      execFileSync("npx", ["--no-install", "tsc", "-p", folder], { encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      if (!(await readdir(folder)).includes("demo")) throw error;
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function startProgram(
    ...argv: string[]
  ): Promise<{ child: ChildProcess; lines: string[]; directory: string; url: string }> {
    const child = spawn(process.execPath, [join(folder, "program.js"), ...argv], {
      detached: true,
      env: { ...process.env, NODE_PATH: join(process.cwd(), "node_modules") },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => lines.push(text));
    await vi.waitFor(() => expect(lines).not.toEqual([]), WAIT);
    return { child, lines, ...(JSON.parse(lines[0] ?? "") as { directory: string; url: string }) };
  }

  it("takes Postgres with it when it is killed", async () => {
    const { child, directory } = await startProgram();
    expect(processesOf(directory)).not.toEqual([]);
    child.kill("SIGKILL");
    await whenGone(directory);
  });

  it("takes Postgres with it when it just ends, and is not kept alive by it", async () => {
    const { child, directory } = await startProgram("ends");
    await vi.waitFor(() => expect(child.exitCode).toBe(0), WAIT);
    await whenGone(directory);
  });

  it("still has its database after Ctrl-C, which goes to the whole group", async () => {
    const { child, lines, directory, url } = await startProgram();
    process.kill(-Number(child.pid), "SIGINT");
    await vi.waitFor(() => expect(lines.join("")).toContain("interrupted"), WAIT);
    expect(await onDatabase(url, (database) => database.query("SELECT 1 AS one"))).toEqual([{ one: 1 }]);
    child.kill("SIGKILL");
    await whenGone(directory);
  });
});

describe("postgresBinaries", () => {
  it("never loads the package whose exit hooks would stop Postgres before the server has drained", async () => {
    const files = (await readdir("src/demo", { recursive: true })).filter((file) => file.endsWith(".ts"));
    expect(files.length).toBeGreaterThan(10);
    const texts = await Promise.all(files.map((file) => readFile(join("src/demo", file), "utf8")));
    expect(texts.join("\n")).not.toMatch(/(from|import\() *"embedded-postgres"/);
  });
});
