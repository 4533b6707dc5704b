/** What the documents tell their readers to type is typed here, against a running demo. */
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDemoState } from "../../src/demo/demo-state.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type RunningCli, runCli, startCli } from "../cli/run-cli.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  type CommandPlace,
  commandsOf,
  NOT_RUN,
  programsOf,
  reasonNotToRun,
  scriptOf,
} from "./documented-commands.ts";
import { allPages, codeBlocks } from "./pages.ts";

const run = promisify(execFile);
const MAIN = resolve("dist/main.js");

/** For the commands of one block: each is a process of its own, on a machine that may be busy. */
const MOST_MS = 90_000;

const blocks = allPages()
  .flatMap(codeBlocks)
  .map((block) => ({ block, commands: commandsOf(block) }))
  .filter(({ commands }) => commands.length > 0);
const typed = blocks.flatMap(({ commands }) => commands);
const seen = new Set<string>();

/** The first time that anybody says it; what is set for the lines below it each time. */
function isNew(text: string): boolean {
  const before = seen.has(text);
  seen.add(text);
  return !before || text.startsWith("export ");
}

const runnable = blocks
  .map(({ block, commands }) => ({
    at: `${block.page}:${block.line}`,
    commands: commands
      .map(({ text }) => text)
      .filter((text) => reasonNotToRun(text) === undefined && isNew(text)),
  }))
  .filter(({ commands }) => commands.some((command) => !command.startsWith("export ")));

function isInstalled(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("commands in the documents", () => {
  const folder = mkdtempSync(join(tmpdir(), "flagsmith-flagd-docs-"));
  const demoEnv = { TMPDIR: folder, SYNC_PORT: "0", MANAGEMENT_PORT: "0" };
  let demo: RunningCli;
  let scratch: TestDatabase;
  let place: CommandPlace;
  beforeAll(async () => {
    demo = startCli(["demo"], demoEnv);
    const screen = await demo.shows("Ctrl-C stops everything");
    scratch = await createTestDatabase();
    await createSampleProject(scratch.database);
    await migrateUp(scratch.database);
    place = {
      sync: /\n {2}sync\s+(\S+)/.exec(screen)?.[1] ?? "",
      management: /\n {2}management\s+http:\/\/(\S+)/.exec(screen)?.[1] ?? "",
      databaseUrl: (await readDemoState(join(folder, `flagsmith-flagd-demo-${process.getuid?.() ?? "user"}`)))
        .databaseUrl,
      scratchUrl: scratch.url,
      environmentKey: DEMO_KEYS.development,
    };
    // Both names of our command, without npx' own second of thinking.
    for (const [name, skip] of [
      ["flagsmith-flagd", ""],
      ["npx", "shift; "],
    ] as const) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${skip}exec '${process.execPath}' '${MAIN}' "$@"\n`);
      chmodSync(join(folder, name), 0o755);
    }
  });
  afterAll(async () => {
    demo?.child.kill("SIGINT");
    await demo?.ended;
    await scratch?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are many, and the reasons not to run some are all needed", () => {
    expect(runnable.length).toBeGreaterThan(25);
    const unused = NOT_RUN.filter(({ pattern }) => !typed.some(({ text }) => pattern.test(text)));
    expect(unused.map(({ pattern }) => String(pattern))).toEqual([]);
  });

  // Before any other command, so that nothing else changes meanwhile.
  it("show what the README says that they show", async () => {
    const sample = allPages()
      .filter(({ path }) => path === "README.md")
      .flatMap(codeBlocks)
      .find(({ language }) => language === "text");
    const alike = (text: string): string =>
      text
        .replace(/off → true|true → off/g, "switched")
        .replace(/\d+/g, "0")
        .trim();
    const watch = startCli(["watch", "--count", "2"], demoEnv);
    await watch.shows(" flags");
    await runCli(["demo", "toggle", "maintenance_mode"], demoEnv);
    expect(alike((await watch.ended).out)).toBe(alike(sample?.lines.join("\n") ?? ""));
  });

  it.each(runnable)(
    "$at",
    async ({ commands }) => {
      const script = scriptOf(commands, place);
      const missing = programsOf(script).filter((program) => !isInstalled(program));
      if (missing.length > 0) {
        console.warn(`SKIPPED for want of ${missing.join(", ")}: ${commands.join("; ")}`);
        return;
      }
      const [, managementPort = ""] = place.management.split(":");
      const path = `${folder}:${join(resolve("."), "node_modules/.bin")}:${process.env.PATH}`;
      await run("bash", ["-euo", "pipefail", "-c", script.replaceAll("> flags.json", "> /dev/null")], {
        env: { PATH: path, HOME: folder, TMPDIR: folder, MANAGEMENT_PORT: managementPort },
        cwd: folder,
        timeout: MOST_MS,
      });
    },
    MOST_MS,
  );

  it("npx finds our command in a checkout", async () => {
    const { stdout } = await run("npx", ["flagsmith-flagd", "--version"]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("give flagd sources that it knows", () => {
    const sources = allPages().flatMap(({ text }) =>
      [...text.matchAll(/'(\[\{"uri"[^']+\])'/g)].map(([, json = ""]) => json),
    );
    expect(sources.length).toBeGreaterThan(2);
    const members = new Set([
      ...["uri", "provider", "selector", "providerID", "headers", "authHeader", "tls", "certPath"],
      ...["maxMsgSize", "incrementalUpdates", "interval", "intervalSeed"],
    ]);
    for (const json of sources) {
      const [source] = JSON.parse(json);
      expect([...members], json).toEqual(expect.arrayContaining(Object.keys(source)));
      const form = { http: /^https?:\/\//, grpc: /^[\w.-]+:\d+$/, file: /\.json$/ }[String(source.provider)];
      expect(source.uri, json).toMatch(form ?? /^no such provider$/);
    }
  });
});
