import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DemoState, readDemoState, removeDemoState, writeDemoState } from "../../src/demo/demo-state.ts";

describe("the demo's state file", () => {
  let directory: string;
  const state: DemoState = {
    pid: process.pid,
    databaseUrl: "postgresql://x:secret@127.0.0.1:1/flagsmith",
    environmentKey: "ser.x",
    syncTarget: "127.0.0.1:8015",
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "flagsmith-flagd-state-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("is read as it was written, by its owner only", async () => {
    await writeDemoState(state, directory);
    expect(statSync(join(directory, "state.json")).mode & 0o777).toBe(0o600);
    expect(await readDemoState(directory)).toEqual(state);
    await removeDemoState(process.pid, directory);
    expect(existsSync(directory)).toBe(false);
  });

  it("is not taken away by an older demo", async () => {
    await writeDemoState(state, directory);
    await removeDemoState(process.pid + 1, directory);
    expect(await readDemoState(directory)).toEqual(state);
  });

  it.each([
    ["nothing was written", undefined, /no demo is running/],
    ["it is cut short", '{"pid": 1', /no state/],
    ["the demo died", JSON.stringify({ ...state, pid: spawnSync("true").pid }), /no longer running/],
  ])("is refused when %s", async (_why, text, message) => {
    if (text !== undefined) await writeFile(join(directory, "state.json"), text);
    await expect(readDemoState(directory)).rejects.toMatchObject({
      code: "DEMO_UNAVAILABLE",
      message: expect.stringMatching(message),
    });
  });

  it("is not trusted where others can write", async () => {
    await writeDemoState(state, directory);
    await chmod(directory, 0o777);
    await expect(readDemoState(directory)).rejects.toMatchObject({ code: "DEMO_UNAVAILABLE" });
  });
});
