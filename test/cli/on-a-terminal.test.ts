import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { CLI_MAIN, runCli } from "./run-cli.ts";

/** util-linux' `script` gives a command a terminal of its own. */
const HAS_SCRIPT = spawnSync("script", ["--version"]).status === 0;
if (!HAS_SCRIPT)
  console.warn("\n!!! Commands are NOT tested on a terminal: `script` of util-linux is missing.\n");

const ESCAPE = "\u001b";

describe("colours and progress", () => {
  let test: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrateUp(test.database);
    await createSampleProject(test.database);
    env = { DATABASE_URL: test.url };
  });
  afterAll(() => test.drop());

  const verify = ["verify", "--environment-key", DEMO_KEYS.development, "--contexts", "200", "--keys", "200"];

  /** What a person sees who runs the command. */
  function onTerminal(args: readonly string[], more: Record<string, string> = {}): string {
    const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
    const command = [process.execPath, resolve(CLI_MAIN), ...args].map((word) => `'${word}'`).join(" ");
    const { stdout } = spawnSync("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      env: { ...inherited, TERM: "xterm", ...env, ...more },
      input: "",
    });
    return stdout.toString();
  }

  it.skipIf(!HAS_SCRIPT)("verify: a bar that is gone in the end, and colours", () => {
    const seen = onTerminal(verify);
    expect(seen).toContain(`\r${ESCAPE}[Kcomparing ░`);
    const lines = seen.split("\n").map((line) => line.split(`\r${ESCAPE}[K`).at(-1));
    expect(lines.filter((line) => line?.includes("comparing"))).toEqual([]);
    expect(seen).toContain(`${ESCAPE}[32m✓${ESCAPE}[39m`);
  });

  it.skipIf(!HAS_SCRIPT)("doctor: says what it looks at, and NO_COLOR is heard", () => {
    const seen = onTerminal(["doctor"], { NO_COLOR: "1" });
    for (const what of ["the database", "listening", "the set-up", "the environments"]) {
      expect(seen).toContain(`\r${ESCAPE}[Klooking at ${what}…`);
    }
    expect(seen).not.toContain(`${ESCAPE}[3`);
    expect(seen).toMatch(/ok {7}DATABASE_CONNECTED/);
  });

  it("elsewhere neither, but colours where FORCE_COLOR wants them", async () => {
    const plain = await runCli(verify, { ...env, NO_COLOR: "" });
    expect([plain.code, plain.err, plain.out.includes(ESCAPE)]).toEqual([0, "", false]);
    const forced = await runCli(verify, { ...env, NO_COLOR: "", FORCE_COLOR: "1" });
    expect([forced.err, forced.out.includes(`${ESCAPE}[32m✓`)]).toEqual(["", true]);
  });
});
