import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { parseHostPort } from "../../src/conformance/client/target.ts";
import { hooksOf } from "../../src/conformance/commands.ts";
import { keyHeader, unknownKeyLike } from "../../src/conformance/keys.ts";
import { renderJson } from "../../src/conformance/report/json.ts";
import { renderJunit } from "../../src/conformance/report/junit.ts";
import { renderTable } from "../../src/conformance/report/table.ts";
import { REQUIREMENTS } from "../../src/conformance/requirements.ts";
import type { Outcome, Result } from "../../src/conformance/suite.ts";

const NASTY = `<b a="1">&'\u0000\u001b[31m\nline\ud800 é 🚩`;
const HEAD = {
  target: "h:1",
  profile: "any",
  version: "1.2.3",
  startedAtMs: Date.UTC(2026, 10, 23, 9),
  tookMs: 1234.5,
};

const resultOf = (index: number, outcome: Outcome, detail: string): Result => {
  const [requirement] = REQUIREMENTS.slice(index);
  if (requirement === undefined) throw new Error("no such requirement");
  return { requirement, outcome, detail, tookMs: 12.3 };
};
const RESULTS = [
  resultOf(0, "passed", "seen"),
  resultOf(1, "failed", NASTY),
  resultOf(2, "skipped", "no --change-command was given"),
];

const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) console.warn("no python3 here: that JUnit XML is well-formed is not checked");

describe("reports", () => {
  it.skipIf(!hasPython)("JUnit XML is well-formed whatever a server says", () => {
    const xml = renderJunit(HEAD, RESULTS);
    const script = [
      "import sys, xml.etree.ElementTree as tree",
      "suite = tree.fromstring(sys.stdin.buffer.read())[0]",
      "print(suite.get('tests'), suite.get('failures'), suite.get('skipped'), suite.get('timestamp'))",
      "for case in suite: print(case.get('classname'), case.get('name')[:9], case[0].tag, ascii(case[0].get('message')))",
    ].join("\n");
    const read = execFileSync("python3", ["-c", script], { input: xml, encoding: "utf8" });
    expect(read.trim().split("\n")).toEqual([
      "3 1 1 2026-11-23T09:00:00.000",
      "conformance.SYNC SYNC-001  system-out None",
      String.raw`conformance.SYNC SYNC-002  failure '<b a="1">&\'\ufffd\ufffd[31m\nline\ufffd \xe9 \U0001f6a9'`,
      "conformance.SYNC SYNC-003  skipped 'no --change-command was given'",
    ]);
  });

  it("JSON has every result, and the counts", () => {
    const report = JSON.parse(renderJson(HEAD, RESULTS));
    expect(report).toMatchObject({
      target: "h:1",
      startedAt: "2026-11-23T09:00:00.000Z",
      passed: 1,
      failed: 1,
      skipped: 1,
      results: [{ id: "SYNC-001", level: "must", outcome: "passed" }, { detail: NASTY }, { id: "SYNC-003" }],
    });
    expect(report.results[0].source).toMatch(/flagd\.sync\.v1/);
  });

  it("the table shows each outcome through what colours it", () => {
    const table = renderTable(RESULTS, (outcome, text) => `<${outcome}>${text}`);
    expect(table).toMatch(
      /^<passed>passed {3}SYNC-001 {2}must {4}SyncFlags without.*\n {27}seen\n<failed>failed /,
    );
    expect(table).toMatch(/\n1 passed, 1 failed, 1 skipped$/);
  });
});

describe("what is given", () => {
  it.each([
    ["localhost:8015", { host: "localhost", port: 8015 }],
    ["[::1]:80", { host: "::1", port: 80 }],
    ["::1:80", undefined],
    ["localhost", undefined],
    ["localhost:0", undefined],
    ["localhost:65536", undefined],
    ["http://localhost:80", undefined],
  ])("the target %s", (text, address) => {
    expect(parseHostPort(text)).toEqual(address);
  });

  it("an unknown key has the form of the key, and never its text", () => {
    expect(unknownKeyLike("ser.demo-development-key")).toBe("ser.0000-00000000000-000");
    expect(unknownKeyLike("0f9c1b2a-77aa")).toBe("00000000-0000");
    expect(unknownKeyLike("short")).toBe("00000-known-to-nobody");
    expect(unknownKeyLike("000000000000")).not.toBe("000000000000");
    expect(keyHeader("Authorization", "k")).toEqual({ authorization: "Bearer k" });
    expect(keyHeader("X-Environment-Key", "k")).toEqual({ "x-environment-key": "k" });
  });

  it("commands are run by a shell, and fail with their exit code or their limit", async () => {
    const hooks = hooksOf({ change: "exit $((2 + 1))", noOp: "true && true", drain: "exec sleep 30" }, 300);
    await expect(hooks.change?.()).rejects.toThrow("exit code 3");
    await expect(hooks.noOp?.()).resolves.toBeUndefined();
    await expect(hooks.drain?.()).rejects.toThrow("ended by SIGTERM (300 ms is the limit)");
    expect(hooks.restart).toBeUndefined();
  });
});
