/** The suite, as a user runs it, against this project's server: real processes, a real Postgres, flags changed as Flagsmith does. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { memberOf } from "../../src/demo/writer/read-rows.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type CliRun, runCli } from "../cli/run-cli.ts";
import { eventually } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { createTlsPlace, type TlsPlace, withClientCa } from "../support/tls-place.ts";

const MAIN = resolve(import.meta.dirname, "../../dist/main.js");
/** No scheduled change of the sample may come in between. */
const FLAG_SET = "Demo-shop/Development";
const LATER_MS = 3_600_000;

let database: TestDatabase;
let tls: TlsPlace;
let folder: string;
let clientSideKey: string;

/** A server that shell commands start and end, as an operator's would. */
interface Operated {
  readonly target: string;
  readonly start: string;
  readonly drain: string;
}

const stops: (() => Promise<void>)[] = [];

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Starts a server by a shell script, and waits until it is ready. */
async function operate(name: string, env: Readonly<Record<string, string>> = {}): Promise<Operated> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const [script, pidFile, log] = [`${name}.sh`, `${name}.pid`, `${name}.log`].map((file) =>
    join(folder, file),
  );
  const settings = {
    DATABASE_URL: database.url,
    HOST: "127.0.0.1",
    SYNC_PORT: port,
    MANAGEMENT_PORT: managementPort,
    ...env,
  };
  const lines = [
    ...Object.entries(settings).map(([variable, value]) => `export ${variable}='${value}'`),
    `"${process.execPath}" "${MAIN}" start >>"${log}" 2>&1 </dev/null &`,
    `echo $! >"${pidFile}"`,
  ];
  writeFileSync(String(script), lines.join("\n"));
  execFileSync("sh", [String(script)]);
  stops.push(async () => {
    const pid = Number(readFileSync(String(pidFile), "utf8"));
    if (isAlive(pid)) process.kill(pid);
    await eventually(() => !isAlive(pid) || undefined);
  });
  await eventually(() =>
    fetch(`http://127.0.0.1:${managementPort}/readyz`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    ),
  );
  return { target: `127.0.0.1:${port}`, start: `sh '${script}'`, drain: `kill -TERM "$(cat '${pidFile}')"` };
}

function conformance(server: Operated, more: readonly string[]): Promise<CliRun> {
  return runCli(
    [
      "conformance",
      "--target",
      server.target,
      "--profile",
      "flagsmith-flagd",
      "--ping-interval",
      "0.5",
      ...more,
    ],
    { DATABASE_URL: database.url },
  );
}

/** What did not pass, and why. */
function exceptions({ out }: CliRun): Record<string, string> {
  const report: { results: { id: string; outcome: string; detail: string }[] } = JSON.parse(out);
  const others = report.results.filter(({ outcome }) => outcome !== "passed");
  return Object.fromEntries(others.map(({ id, outcome, detail }) => [id, `${outcome}: ${detail}`]));
}

const NO_METADATA = {
  "META-002": "skipped: GetMetadata is UNIMPLEMENTED",
  "META-003": "skipped: the server sends no sync_context",
};

beforeAll(async () => {
  tls = createTlsPlace();
  folder = mkdtempSync(join(tmpdir(), "conformance-"));
  database = await createTestDatabase();
  const sample = await createSampleProject(database.database, { scheduledInMs: LATER_MS });
  await migrateUp(database.database);
  await chooseForProject(database.database, sample.projectId, { enabled: true });
  const rows = await database.database.query("SELECT api_key FROM environments_environment");
  clientSideKey = String(memberOf(rows[0], "api_key"));
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await database.drop();
  tls.remove();
  rmSync(folder, { recursive: true });
});

const COMMAND = `"${process.execPath}" "${MAIN}"`;
const LONG_MS = 120_000;

describe.concurrent("our server keeps every requirement", () => {
  it(
    "with keys, changes as Flagsmith makes them, a drain and a restart",
    async () => {
      const server = await operate("keys");
      const junit = join(folder, "report.xml");
      const run = await conformance(server, [
        ...["--key", DEMO_KEYS.development, "--refused-key", clientSideKey, "--json", "--junit", junit],
        ...["--change-command", `${COMMAND} demo toggle maintenance_mode`],
        ...["--no-op-command", `${COMMAND} demo set items_per_page 24`],
        ...["--drain-command", server.drain, "--restart-command", server.start],
      ]);
      expect(exceptions(run)).toEqual(NO_METADATA);
      expect(run.code).toBe(0);
      expect(readFileSync(junit, "utf8")).toMatch(
        /<testsuites [^>]*tests="72" failures="0" errors="0" skipped="2"/,
      );
    },
    LONG_MS,
  );

  it(
    "with TLS and a client certificate in place of a key",
    async () => {
      const { cert, key, clientCa = "" } = withClientCa(tls);
      const server = await operate("tls", {
        TLS_CERT_FILE: cert,
        TLS_KEY_FILE: key,
        TLS_CLIENT_CA_FILE: clientCa,
        TLS_CLIENT_ENVIRONMENTS: `shop.example=${FLAG_SET}`,
      });
      const pair = tls.authority.issue({ name: "client", names: ["shop.example"] });
      const [certFile, keyFile] = [join(folder, "client.crt"), join(folder, "client.key")];
      writeFileSync(certFile, pair.cert);
      writeFileSync(keyFile, pair.key);
      const run = await conformance(server, [
        ...["--tls-ca", clientCa, "--tls-cert", certFile, "--tls-key", keyFile, "--json"],
        ...["--only", "SYNC,DOC,SEL,META,AUTH,CALL,CONN,HEALTH,REFL,HTTP"],
      ]);
      const noKey = "skipped: no --key was given";
      expect(exceptions(run)).toEqual({
        ...NO_METADATA,
        ...Object.fromEntries([1, 2, 3, 4, 6].map((number) => [`AUTH-00${number}`, noKey])),
        "AUTH-005": "skipped: no --refused-key was given",
        "HTTP-008": "skipped: no --change-command was given",
        "HTTP-016": noKey,
      });
      expect(run.code).toBe(0);
      const cleartext = await conformance(server, ["--only", "SYNC-001"]);
      expect(cleartext).toMatchObject({ code: 3, out: expect.stringContaining("1 failed") });
    },
    LONG_MS,
  );
});
