import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

describe("config print", () => {
  const folder = mkdtempSync(join(tmpdir(), "flagsmith-flagd-config-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "options.yaml");
  writeFileSync(file, "syncPort: 9015\nhost: 127.0.0.1\n");
  const env = {
    STATUS_TOKEN: "very-secret-status-token",
    DATABASE_URL: "postgres://flagd:very-secret@db/flagsmith?password=very-secret",
    HOST: "::1",
  };

  it("shows each value with where it came from, and no password", async () => {
    const { code, out } = await runCli(["config", "print", "--config", file, "--json"], env);
    expect(code).toBe(0);
    const rows: readonly { name: string; value: unknown; origin: string }[] = JSON.parse(out);
    const of = (name: string) => rows.find((row) => row.name === name);
    expect(of("syncPort")).toEqual({ name: "syncPort", value: 9015, origin: "configuration file" });
    expect(of("host")).toEqual({ name: "host", value: "::1", origin: "environment" });
    expect(of("workers")).toEqual({ name: "workers", value: 1, origin: "default" });
    expect(of("statusToken")?.value).toBe("…");
    expect(out).not.toContain("very-secret");
    expect(of("databaseUrl")?.value).toBe("postgres://flagd:…@db/flagsmith?password=…");
  });

  it("names every fault at once", async () => {
    const { code, err } = await runCli(["config", "print", "--workers", "0"], { ...env, SYNC_PORT: "x" });
    expect(code).toBe(2);
    expect(err).toMatch(/SYNC_PORT.*WORKERS/);
  });
});
