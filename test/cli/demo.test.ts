import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { type RunningCli, runCli, startCli } from "./run-cli.ts";

/** Processes of Postgres that run in a folder of this demo. */
function postgresProcesses(folderPart: string): string[] {
  return execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("postgres") && line.includes(folderPart));
}

describe("the demo, as a user runs it", () => {
  const temporary = mkdtempSync(join(tmpdir(), "demo-test-"));
  const env = { TMPDIR: temporary, SYNC_PORT: "0", MANAGEMENT_PORT: "0" };
  let demo: RunningCli;
  let target = "";
  beforeAll(async () => {
    demo = startCli(["demo"], env);
    const screen = await demo.shows("Ctrl-C stops everything");
    target = /\n {2}sync\s+(\S+)/.exec(screen)?.[1] ?? "";
  });
  afterAll(async () => {
    demo.child.kill("SIGKILL");
    await demo.ended;
    rmSync(temporary, { recursive: true, force: true });
  });

  it("shows the keys and three things to try", async () => {
    const screen = await demo.shows("Ctrl-C");
    expect(screen).toContain(DEMO_KEYS.development);
    for (const line of ["grpcurl -plaintext", "curl -H", "npx flagsmith-flagd watch", "demo toggle"]) {
      expect(screen).toContain(line);
    }
  });

  it("pushes toggles, values and scheduled changes to watch", async () => {
    const watch = startCli(["watch", "--json", "--count", "4"], env);
    await watch.shows('"first":true');
    const toggled = await runCli(["demo", "toggle", "maintenance_mode"], env);
    expect(toggled).toMatchObject({ code: 0, err: "" });
    expect(toggled.out).toMatch(/^on, value null, live from 20/);
    await watch.shows('"flag":"maintenance_mode"');
    expect((await runCli(["demo", "set", "banner_text", "Sale ends tonight"], env)).code).toBe(0);
    await watch.shows("Sale ends tonight");
    expect((await runCli(["demo", "schedule", "maintenance_mode", "--in", "1"], env)).code).toBe(0);
    const { code, out } = await watch.ended;
    expect(code).toBe(0);
    const pushes = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(pushes.map((push) => push.changes.map((change: { flag: string }) => change.flag))).toEqual([
      [],
      ["maintenance_mode"],
      ["banner_text"],
      ["maintenance_mode"],
    ]);
    expect(pushes[3].changes[0]).toMatchObject({ change: "changed", before: "true", after: "off" });
  });

  it("serves the same document to curl", async () => {
    const answer = await fetch(`http://${target}/api/v1/flagd/flags.json`, {
      headers: { "X-Environment-Key": DEMO_KEYS.development },
    });
    expect(answer.status).toBe(200);
    const document: { flags: object } = JSON.parse(await answer.text());
    expect(Object.keys(document.flags).length).toBeGreaterThan(15);
    expect((await fetch(`http://${target}/api/v1/flagd/flags.json`)).status).toBe(401);
  });

  it("tells where its database is, for commands that read one", async () => {
    const url = (await runCli(["demo", "url"], env)).out.trim();
    const named = { ...env, DATABASE_URL: url };
    const key = ["--environment-key", DEMO_KEYS.development];
    const explained = await runCli(["explain", ...key, "--flag", "banner_text", "--context", "{}"], named);
    expect(explained).toMatchObject({ code: 0, out: expect.stringContaining("both agree") });
  });

  it("helps with a flag that is not there", async () => {
    const failed = await runCli(["demo", "toggle", "maintenance_mod"], env);
    expect(failed.code).toBe(2);
    expect(failed.err).toMatch(/near: maintenance_mode/);
  });

  it("stops everything on Ctrl-C, and then says that nothing runs", async () => {
    const stream = startCli(["watch", "--target", target, "--key", DEMO_KEYS.development], env);
    await stream.shows("21 flags");
    demo.child.kill("SIGINT");
    expect(await demo.ended).toMatchObject({ code: 0 });
    stream.child.kill("SIGINT");
    expect((await stream.ended).err).toMatch(/interrupted/);
    expect(postgresProcesses(String(demo.child.pid))).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
    for (const command of [["toggle", "maintenance_mode"], ["url"]]) {
      const failed = await runCli(["demo", ...command], env);
      expect(failed.code).toBe(1);
      expect(failed.err).toMatch(/^flagsmith-flagd: DEMO_UNAVAILABLE: no demo is running/);
    }
  });
});
