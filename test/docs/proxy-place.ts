import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import type { RunningServer } from "../../src/app/start-server.ts";
import { createSampleProject } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { allPages, codeBlocks } from "./pages.ts";

/** Like `describe`, for suites that need a program of the machine: without it they are skipped, and say so. */
export function describeWithProgram(program: string, title: string, suite: () => void): void {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
  } catch {
    console.warn(`SKIPPED for want of ${program} (apt-get install ${program}): ${title}`);
    describe.skip(title, () => {
      it(`needs ${program}`, () => undefined);
    });
    return;
  }
  describe(title, suite);
}

/** The example of docs/production.md in a language, all of its blocks one after the other. */
export function exampleOf(language: string): string {
  const blocks = allPages()
    .filter(({ path }) => path === "docs/production.md")
    .flatMap(codeBlocks)
    .filter((block) => block.language === language);
  if (blocks.length === 0) throw new Error(`docs/production.md has no example in ${language}`);
  return blocks.map(({ lines }) => lines.join("\n")).join("\n\n");
}

/** A real server with the sample project, in front of which a proxy is put. */
export interface ProxiedPlace {
  readonly test: TestDatabase;
  readonly server: RunningServer;
  readonly folder: string;
  close(): Promise<void>;
}

/** The caller closes it. */
export async function makeProxiedPlace(env: Readonly<Record<string, string>> = {}): Promise<ProxiedPlace> {
  const test = await createTestDatabase();
  const { projectId } = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, projectId, { enabled: true });
  const server = await startTestServer(test.url, env);
  const folder = await mkdtemp(join(tmpdir(), "flagsmith-flagd-proxy-"));
  return {
    test,
    server,
    folder,
    async close() {
      await server.stop();
      await test.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A proxy's process; `stop` resolves when it has ended. */
export interface RunningProxy {
  /** What it wrote to standard error. */
  said(): string;
  stop(): Promise<void>;
}

/** Starts a proxy that stays in the foreground. */
export function runProxy(program: string, args: readonly string[]): RunningProxy {
  const child: ChildProcess = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    said: () => said,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Resolves when the proxy accepts connections. */
export async function answers(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch (thrown) {
      // Anything but a refused connection is an answer, if not one of HTTP/1.1.
      const cause = thrown instanceof Error ? thrown.cause : undefined;
      if (!(cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED")) return;
      await new Promise(setImmediate);
    }
  }
}
