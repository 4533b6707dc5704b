import { describe, expect, it } from "vitest";
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
