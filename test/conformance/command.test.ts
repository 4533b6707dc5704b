/** The command as a process: what it prints, writes and ends with. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { GOOD_KEY } from "./server/place.ts";
import { type SyncServer, startSyncServer } from "./server/server.ts";

const TIMES = { lateMs: 1, reapedAfterMs: 1 };
const FEW = "DOC,META";

let healthy: SyncServer;
let broken: SyncServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conformance-"));
  healthy = await startSyncServer({ fault: undefined, manner: "flagd", times: TIMES });
  broken = await startSyncServer({ fault: "DOC-003", manner: "flagd", times: TIMES });
});
afterAll(async () => {
  await healthy.close();
  await broken.close();
  rmSync(folder, { recursive: true });
});

const conformance = (server: SyncServer, ...args: string[]) =>
  runCli(["conformance", "--target", `127.0.0.1:${server.port}`, ...args], {
    FLAGSMITH_SERVER_KEY: GOOD_KEY,
  });

describe.concurrent("conformance", () => {
  it("ends with 0 where nothing fails, without colours and without the key", async () => {
    const { code, out, err } = await conformance(healthy, "--only", FEW);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/\n9 passed, 0 failed, 0 skipped\n$/);
    expect(out).not.toContain("\u001b");
    expect(out).not.toContain(GOOD_KEY);
  });

  it("ends with 3 where something fails, and writes JUnit XML and JSON", async () => {
    const junit = join(folder, "report.xml");
    const { code, out } = await conformance(broken, "--only", FEW, "--json", "--junit", junit);
    expect(code).toBe(3);
    const report: { failed: number; results: { id: string; outcome: string }[] } = JSON.parse(out);
    expect(report.results.filter(({ outcome }) => outcome === "failed").map(({ id }) => id)).toEqual([
      "DOC-003",
    ]);
    expect(readFileSync(junit, "utf8")).toContain('failures="1"');
  });

  it("fails every requirement it was asked for, with the reason, where there is no server", async () => {
    const { code, out } = await runCli(["conformance", "--target", "127.0.0.1:1", "--only", "SYNC-001"]);
    expect(code).toBe(3);
    expect(out).toMatch(/failed {3}SYNC-001[^\n]*\n *no connection: connect ECONNREFUSED/);
  });

  it("lists requirements with their sources, without a server", async () => {
    const { code, out } = await runCli(["conformance", "--list", "--level", "must", "--only", "CHG"]);
    expect(code).toBe(0);
    expect(out.match(/^CHG-00[124] {2}must /gm)).toHaveLength(3);
    expect(out.match(/^ {4}source: /gm)).toHaveLength(3);
  });

  it.each([
    [["--only", "DOC"], "--target <host:port> is needed"],
    [["--target", "nowhere"], '--target has to be host:port, not "nowhere"'],
    [["--target", "h:1", "--only", "NOPE"], "no requirement has an id that begins with NOPE"],
    [["--target", "h:1", "--profile", "mine"], "Allowed choices are any, flagd, flagsmith-flagd"],
    [["--target", "h:1", "--timeout", "0"], "a number of seconds above 0"],
    [["--target", "h:1", "--tls-cert", "x.pem"], "--tls-cert x.pem cannot be read"],
  ])("%j is wrong usage", async (args, message) => {
    const { code, err } = await runCli(["conformance", ...args]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
  });
});
