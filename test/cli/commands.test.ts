import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runCli, startCli } from "./run-cli.ts";

/** One line, with a code and advice, and no stack. */
const ONE_LINE = (code: string): RegExp => new RegExp(`^flagsmith-flagd: ${code}: [^\\n]+\\n$`);

describe("commands on a database", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  let env: { DATABASE_URL: string };
  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
    env = { DATABASE_URL: test.url };
  });
  afterAll(() => test.drop());

  it("migrate up, status, print, down", async () => {
    expect(await runCli(["migrate", "status"], env)).toMatchObject({ code: 3 });
    const up = await runCli(["migrate", "up"], env);
    expect(up).toMatchObject({ code: 0, err: "" });
    expect(up.out).toMatch(/applied: settings_and_revisions, announcements; triggers created: 77/);
    expect((await runCli(["migrate", "up"], env)).out).toMatch(/nothing to do/);
    const status = await runCli(["migrate", "status", "--json"], env);
    expect(status.code).toBe(0);
    expect(JSON.parse(status.out)).toMatchObject({ pending: [], newer: false });
    const printed = await runCli(["migrate", "print"]);
    expect(printed.out).toMatch(/CREATE SCHEMA IF NOT EXISTS flagd_sync/);
    expect(printed.out).toMatch(/CREATE TRIGGER flagd_sync_insert AFTER INSERT ON features_feature /);
    expect((await runCli(["migrate", "down"], env)).code).toBe(0);
    expect((await runCli(["migrate", "status"], env)).code).toBe(3);
    await runCli(["migrate", "up"], env);
  });

  it("project list, enable, disable", async () => {
    const id = String(sample.projectId);
    expect((await runCli(["project", "list"], env)).out).toMatch(/Demo company \/ Demo shop: not enabled/);
    expect(await runCli(["project", "enable", id, "--semantics", "value"], env)).toMatchObject({ code: 0 });
    expect(JSON.parse((await runCli(["project", "list", "--json"], env)).out)).toEqual([
      {
        projectId: sample.projectId,
        name: "Demo shop",
        organisation: "Demo company",
        enabled: true,
        semantics: "value",
        identityOverrideLimit: 100,
      },
    ]);
    await runCli(
      ["project", "enable", id, "--semantics", "flagsmith", "--identity-override-limit", "7"],
      env,
    );
    expect((await runCli(["project", "disable", id], env)).code).toBe(0);
    const [listed] = JSON.parse((await runCli(["project", "list", "--json"], env)).out);
    expect(listed).toMatchObject({ enabled: false, semantics: "flagsmith", identityOverrideLimit: 7 });
    const unknown = await runCli(["project", "enable", "999"], env);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(ONE_LINE("PROJECT_UNKNOWN"));
    expect(await runCli(["project", "enable", "x"], env)).toMatchObject({ code: 2 });
    expect(await runCli(["project", "enable", "1", "--semantics", "other"], env)).toMatchObject({ code: 2 });
  });

  it("export and diagnose, whether or not the project is enabled", async () => {
    const key = ["--environment-key", DEMO_KEYS.development];
    const exported = await runCli(["export", ...key], env);
    expect(exported).toMatchObject({ code: 0, err: "" });
    const document = JSON.parse(exported.out);
    expect(Object.keys(document.flags)).toContain("maintenance_mode");
    expect(document.metadata).toMatchObject({ flagSetId: "Demo-shop/Development" });
    expect(await runCli(["export", ...key], env)).toEqual(exported);
    expect((await runCli(["diagnose", ...key], env)).out).toMatch(/regex_unsupported/);
    const json = JSON.parse((await runCli(["diagnose", ...key, "--json"], env)).out);
    expect(json.summary.totalWarnings).toBeGreaterThan(0);
    expect((await runCli(["diagnose", ...key, "--fail-on-warnings"], env)).code).toBe(3);
    const unknown = await runCli(["export", "--environment-key", "ser.nobody-has-this-key"], env);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(ONE_LINE("KEY_UNKNOWN"));
    expect(unknown.err).not.toContain("ser.nobody-has-this-key");
  });

  it("start serves until SIGTERM and ends with 0", async () => {
    const ports = { SYNC_PORT: "0", MANAGEMENT_PORT: "0", HOST: "127.0.0.1" };
    const server = startCli(["start"], { ...env, ...ports });
    let log = "";
    await new Promise<void>((resolve) => {
      server.child.stderr?.on("data", (text: string) => {
        log += text;
        if (log.includes('"msg":"serving"')) resolve();
      });
    });
    server.child.kill("SIGTERM");
    const { code, out, err } = await server.ended;
    expect({ code, out }).toEqual({ code: 0, out: "" });
    for (const line of err.trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
    expect(err).toMatch(/"msg":"stopped"/);
  });

  it("start says in one line that the port is taken", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    const address = blocker.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    const failed = await runCli(["start"], {
      ...env,
      HOST: "127.0.0.1",
      SYNC_PORT: port,
      MANAGEMENT_PORT: "0",
      LOG_LEVEL: "silent",
    });
    blocker.close();
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(ONE_LINE("PORT_IN_USE"));
  });

  it("start refuses a database that is not set up", async () => {
    const bare = await createTestDatabase();
    const failed = await runCli(["start"], {
      DATABASE_URL: bare.url,
      LOG_LEVEL: "silent",
      MANAGEMENT_PORT: "0",
      SYNC_PORT: "0",
    });
    await bare.drop();
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(ONE_LINE("SCHEMA_MISSING"));
  });
});

describe("commands without a database", () => {
  it("start says in one line that the database cannot be reached", async () => {
    const failed = await runCli(["start"], {
      DATABASE_URL: "postgres://u:hunter22@127.0.0.1:1/x",
      LOG_LEVEL: "silent",
    });
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(ONE_LINE("DATABASE_UNREACHABLE"));
    expect(failed.err).not.toContain("hunter22");
  });

  it("names all faults of the configuration at once", async () => {
    const failed = await runCli(["start", "--sync-port", "x", "--log-level", "loud"]);
    expect(failed.code).toBe(2);
    expect(failed.err).toMatch(ONE_LINE("CONFIG_INVALID"));
    for (const name of ["DATABASE_URL", "SYNC_PORT", "LOG_LEVEL"]) expect(failed.err).toContain(name);
  });

  it("help, version, and what it does not know", async () => {
    expect((await runCli(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await runCli(["start", "--help"]);
    expect(help.code).toBe(0);
    expect(help.out).toMatch(/--settle-ms <ms>.*\[SETTLE_MS\]/s);
    expect((await runCli(["no-such-command"])).code).toBe(2);
    expect((await runCli(["migrate", "sideways"])).code).toBe(2);
  });

  it("watch says that nobody is there, and that it is not let in", async () => {
    const watching = startCli(["watch", "--target", "127.0.0.1:1", "--key", "ser.x"]);
    await new Promise<void>((resolve) => watching.child.stderr?.once("data", () => resolve()));
    watching.child.kill("SIGINT");
    expect((await watching.ended).err).toMatch(/the stream was interrupted/);
  });
});
