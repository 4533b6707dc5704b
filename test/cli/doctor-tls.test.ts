import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTlsPlace, type TlsPlace, withClientCa } from "../support/tls-place.ts";
import { runCli } from "./run-cli.ts";

const CLIENT = "spiffe://cluster/ns/doctor";

describe("doctor, of a server that speaks TLS", { timeout: 120_000 }, () => {
  let test: TestDatabase;
  let place: TlsPlace;
  let server: Awaited<ReturnType<typeof startTestServer>>;
  let plain: Awaited<ReturnType<typeof startTestServer>>;
  let ca: readonly string[];
  let client: readonly string[];
  beforeAll(async () => {
    test = await createTestDatabase();
    const sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    place = createTlsPlace();
    const { cert, key, clientCa = "" } = withClientCa(place);
    server = await startTestServer(test.url, {
      HOST: "0.0.0.0",
      MANAGEMENT_HOST: "0.0.0.0",
      TLS_CERT_FILE: cert,
      TLS_KEY_FILE: key,
      TLS_CLIENT_CA_FILE: clientCa,
      TLS_CLIENT_ENVIRONMENTS: `${CLIENT}=${sample.developmentId}`,
      MANAGEMENT_TLS_CERT_FILE: cert,
      MANAGEMENT_TLS_KEY_FILE: key,
    });
    plain = await startTestServer(test.url);
    ca = ["--tls-ca", clientCa];
    const made = place.authority.issue({ name: "doctor", names: [CLIENT] });
    const [certFile, keyFile] = [join(dirname(cert), "client.crt"), join(dirname(cert), "client.key")];
    writeFileSync(certFile, made.cert);
    writeFileSync(keyFile, made.key);
    client = [...ca, "--tls-cert", certFile, "--tls-key", keyFile];
  });
  afterAll(async () => {
    await server.stop();
    await plain.stop();
    place.remove();
    await test.drop();
  });

  const key = ["--environment-key", DEMO_KEYS.development];
  const asked = async (
    { syncPort, managementPort }: { syncPort: number; managementPort: number },
    args: readonly string[],
    host = "localhost",
  ): Promise<readonly Finding[]> => {
    const ports = ["--server", `${host}:${syncPort}`, "--management", `${host}:${managementPort}`];
    const { out } = await runCli(["doctor", "--json", ...ports, ...args], { DATABASE_URL: test.url });
    return (JSON.parse(out) as { findings: readonly Finding[] }).findings.slice(-2);
  };
  const codes = (findings: readonly Finding[]): readonly string[] => findings.map(({ code }) => code);

  it("opens both ports with the authority, the client certificate and a key, or the certificate alone", async () => {
    for (const given of [key, []]) {
      expect(codes(await asked(server, [...given, ...client, "--management-tls"]))).toEqual([
        "STREAM_OPENED",
        "MANAGEMENT_READY",
      ]);
    }
    const named = await asked(
      server,
      [...key, ...client, "--management-tls", "--tls-server-name", "localhost"],
      "127.0.0.2",
    );
    expect(codes(named)).toEqual(["STREAM_OPENED", "MANAGEMENT_READY"]);
  });

  it.each([
    ["in cleartext", () => key],
    ["trusting only what the machine trusts", () => [...key, "--tls", "--management-tls"]],
    [
      "under a name that its certificate has not",
      () => [...key, ...client, "--management-tls", "--tls-server-name", "other.example"],
    ],
  ])("says that TLS failed, asked %s", async (_, args) => {
    const findings = await asked(server, args());
    expect(codes(findings)).toEqual(["TLS_FAILED", "TLS_FAILED"]);
    expect(findings[0]?.advice).toContain("--tls-ca");
  });

  it("says so where the client certificate is missing, and where the ports are in cleartext", async () => {
    const findings = await asked(server, [...key, ...ca, "--management-tls"]);
    expect(codes(findings)).toEqual(["TLS_FAILED", "MANAGEMENT_READY"]);
    expect(codes(await asked(plain, [...key, ...ca, "--management-tls"]))).toEqual([
      "TLS_FAILED",
      "TLS_FAILED",
    ]);
  });

  it("tells a certificate that opens nothing from one that is not taken", async () => {
    const stranger = place.authority.issue({ name: "stranger", names: ["spiffe://cluster/ns/stranger"] });
    const files = [
      join(dirname(place.paths.cert), "x.crt"),
      join(dirname(place.paths.cert), "x.key"),
    ] as const;
    writeFileSync(files[0], stranger.cert);
    writeFileSync(files[1], stranger.key);
    const args = [...ca, "--tls-cert", files[0], "--tls-key", files[1], "--management-tls"];
    const findings = await asked(server, args);
    expect(codes(findings)).toEqual(["STREAM_REFUSED", "MANAGEMENT_READY"]);
    expect(findings[0]?.message).toContain("no name of the client certificate is known here");
  });

  it("is followed by `watch` with the same options", async () => {
    const args = ["watch", "--json", "--count", "1", "--target", `localhost:${server.syncPort}`];
    const { code, out } = await runCli([...args, ...client, "--selector", "*"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ flagSetId: "Demo-shop/Development", first: true });
  });

  it("refuses files that are not there, and half of a client certificate", async () => {
    for (const [args, message] of [
      [["--tls-ca", "/nowhere/ca.crt"], "--tls-ca /nowhere/ca.crt cannot be read"],
      [client.slice(0, 4), "--tls-cert and --tls-key need one another"],
    ] as const) {
      const run = await runCli(["doctor", "--server", "localhost:1", ...key, ...args], {
        DATABASE_URL: test.url,
      });
      expect(run.code).toBe(2);
      expect(run.err).toContain(message);
    }
  });
});
