import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load-config.ts";

const DATABASE_URL = "postgres://user:secret@db/flagsmith";

describe("loadConfig", () => {
  it("has the defaults of the contract", () => {
    expect(loadConfig({ env: { DATABASE_URL } })).toMatchObject({
      databaseUrl: DATABASE_URL,
      host: "0.0.0.0",
      syncPort: 8015,
      managementPort: 8014,
      logLevel: "info",
      reconcileSeconds: 60,
      settleMs: 100,
      settleMaxMs: 1_000,
      sizeBudgetBytes: 1_000_000,
    });
  });

  it("lets a flag beat the environment, and takes an empty text for none", () => {
    const config = loadConfig({ env: { DATABASE_URL, SYNC_PORT: "1", HOST: "" }, flags: { syncPort: "2" } });
    expect(config).toMatchObject({ syncPort: 2, host: "0.0.0.0" });
  });

  it("names every fault at once, by variable and flag, and shows no secret", () => {
    const load = () =>
      loadConfig({ env: { DATABASE_URL: "mysql://user:secret@db", SYNC_PORT: "70000", LOG_LEVEL: "loud" } });
    expect(load).toThrow(/DATABASE_URL \(--database-url\): must begin with postgres/);
    expect(load).toThrow(/SYNC_PORT \(--sync-port\)/);
    expect(load).toThrow(/LOG_LEVEL \(--log-level\)/);
    expect(load).not.toThrow(/secret/);
  });

  it("says that the database is missing", () => {
    expect(() => loadConfig({ env: {} })).toThrow(/DATABASE_URL \(--database-url\): is required/);
  });
});

describe("values from files", () => {
  const folder = mkdtempSync(join(tmpdir(), "flagsmith-flagd-config-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it.each([
    ["YAML", "databaseUrl: postgres://file@db/flagsmith\nsyncPort: 1\nhost: 127.0.0.1 # loopback\n"],
    ["JSON", '{"databaseUrl":"postgres://file@db/flagsmith","syncPort":1,"host":"127.0.0.1"}'],
  ])("%s is beaten by the environment, and that by a flag", (kind, text) => {
    const config = file(`options-of-${kind}`, text);
    expect(loadConfig({ env: { CONFIG_FILE: config } })).toMatchObject({ syncPort: 1, host: "127.0.0.1" });
    const env = { SYNC_PORT: "2", HOST: "::1" };
    expect(loadConfig({ env, flags: { config, syncPort: "3" } })).toMatchObject({ syncPort: 3, host: "::1" });
  });

  it("a secret may lie in a file of its own, which beats the configuration file", () => {
    const secret = file("secret", `${DATABASE_URL}\n`);
    const config = file("with-url.yaml", "databaseUrl: postgres://file@db/flagsmith\n");
    expect(loadConfig({ env: { DATABASE_URL_FILE: secret, CONFIG_FILE: config } }).databaseUrl).toBe(
      DATABASE_URL,
    );
  });

  it("names what is wrong in them, all at once, and quotes no secret", () => {
    const config = file(
      "wrong.yaml",
      "syncprt: 1\nhost: [a]\nlogLevel: loud\ndatabaseUrl: mysql://user:secret@db\n",
    );
    const load = () => loadConfig({ env: { CONFIG_FILE: config } });
    expect(load).toThrow(/syncprt is no option; near to it: syncPort/);
    expect(load).toThrow(/host must be a plain value/);
    expect(load).toThrow(/LOG_LEVEL/);
    expect(load).toThrow(/DATABASE_URL \(--database-url\): must begin/);
    expect(load).not.toThrow(/secret/);
  });

  it.each([
    ["a list", "- a\n", /must be a mapping/],
    ["neither", "a: 'secret\nb: }", /neither YAML nor JSON/],
  ])("refuses %s without quoting it", (_, text, message) => {
    const config = file("no-mapping.yaml", text);
    const load = () => loadConfig({ env: { DATABASE_URL, CONFIG_FILE: config } });
    expect(load).toThrow(message);
    expect(load).not.toThrow(/secret/);
  });

  it("says which file cannot be read, and which variable is set twice", () => {
    expect(() => loadConfig({ env: { DATABASE_URL, CONFIG_FILE: join(folder, "none.yaml") } })).toThrow(
      /none\.yaml: cannot be read/,
    );
    expect(() => loadConfig({ env: { DATABASE_URL_FILE: join(folder, "none") } })).toThrow(
      /none: cannot be read/,
    );
    expect(() => loadConfig({ env: { DATABASE_URL, DATABASE_URL_FILE: "x" } })).toThrow(/are both set/);
  });

  it("an empty file changes nothing", () => {
    expect(loadConfig({ env: { DATABASE_URL, CONFIG_FILE: file("empty.yaml", "") } }).syncPort).toBe(8015);
  });
});
