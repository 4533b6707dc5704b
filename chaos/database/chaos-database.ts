import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { pause } from "../../bench/measure.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/demo/cluster/embedded-postgres.ts";
import { createSampleProject, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { createFlagsmithTables } from "../../src/demo/tables/flagsmith-tables.ts";
import { type Database, openDatabase } from "../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { startTcpProxy, type TcpProxy, targetOf, throughProxy } from "../../test/support/tcp-proxy.ts";

const run = promisify(execFile);

/** The role that the servers connect as, with no right beyond what they need. */
export const SERVER_ROLE = "flagd";
/** Its password while nobody has changed it. */
export const SERVER_PASSWORD = "chaos";

const ROLE = `
CREATE ROLE ${SERVER_ROLE} LOGIN PASSWORD '${SERVER_PASSWORD}';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${SERVER_ROLE};
GRANT USAGE ON SCHEMA flagd_sync TO ${SERVER_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA flagd_sync TO ${SERVER_ROLE};`;

/** A Postgres with the sample project that can be broken. */
export class ChaosDatabase {
  readonly sample: SampleProject;
  /** As superuser, past the network that is broken. */
  readonly admin: Database;
  /** The network between the servers and the database. */
  readonly network: TcpProxy;
  /** What the servers are given as DATABASE_URL. */
  readonly serverUrl: string;
  /** What the writer and the reader of the truth use: never broken, follows a fail-over. */
  readonly directUrl: string;
  readonly #primary: EmbeddedPostgres;
  readonly #direct: TcpProxy;

  private constructor(parts: {
    readonly primary: EmbeddedPostgres;
    readonly direct: TcpProxy;
    readonly network: TcpProxy;
    readonly admin: Database;
    readonly sample: SampleProject;
    readonly directUrl: string;
  }) {
    this.#primary = parts.primary;
    this.#direct = parts.direct;
    this.network = parts.network;
    this.admin = parts.admin;
    this.sample = parts.sample;
    this.directUrl = parts.directUrl;
    const url = new URL(throughProxy(parts.primary.url, parts.network));
    url.username = SERVER_ROLE;
    url.password = SERVER_PASSWORD;
    this.serverUrl = url.href;
  }

  /** Starts Postgres, fills it and puts both proxies before it. */
  static async start(): Promise<ChaosDatabase> {
    const primary = await startEmbeddedPostgres();
    const target = targetOf(primary.url);
    const direct = await startTcpProxy({ target });
    const directUrl = throughProxy(primary.url, direct);
    const admin = openDatabase({
      // A commit that a crash takes back again would look like a server that goes back.
      connectionString: `${directUrl}?options=-c%20synchronous_commit%3Don`,
      applicationName: "chaos",
      onIdleError: () => undefined,
    });
    await createFlagsmithTables(admin);
    const sample = await createSampleProject(admin, { scheduledInMs: 24 * 3_600_000 });
    await migrateUp(admin);
    await chooseForProject(admin, sample.projectId, { enabled: true });
    await admin.execute(ROLE);
    const network = await startTcpProxy({ target });
    return new ChaosDatabase({ primary, direct, network, admin, sample, directUrl });
  }

  /** Ends every backend of the servers (or only those that listen); returns how many. */
  async terminate(only?: "listeners"): Promise<number> {
    const rows = await this.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE usename = $1 AND ($2 OR application_name LIKE '%listen')`,
      [SERVER_ROLE, only === undefined],
    );
    return rows.length;
  }

  halt(how?: "crash"): Promise<void> {
    return this.#primary.halt(how);
  }

  /** SIGKILL to Postgres and everything that it started. */
  async killPostgres(): Promise<void> {
    const { directory } = this.#primary;
    const pidFile = await readFile(join(directory, "data", "postmaster.pid"), "utf8");
    const postmaster = Number(pidFile.split("\n", 1)[0]);
    const { stdout } = await run("ps", ["-o", "pid=", "--ppid", String(postmaster)]);
    const pids = [postmaster, ...stdout.split(/\s+/).filter(Boolean).map(Number)];
    // Its keeper would remove the folder of a Postgres that ended by itself.
    await writeFile(join(directory, "keep"), "");
    for (const pid of pids) killQuietly(pid);
    while (pids.some(isRunning)) await pause(10);
    await this.#primary.halt();
  }

  resume(): Promise<void> {
    return this.#primary.resume();
  }

  /** The database dies; a copy of its files, at another address, takes over. Returns what goes back by the same way. */
  async failOver(): Promise<() => Promise<void>> {
    const copy = await startEmbeddedPostgres();
    await copy.halt();
    await this.#primary.halt("crash");
    await moveData(this.#primary, copy);
    await this.#pointTo(copy);
    return async () => {
      await copy.halt("crash");
      await moveData(copy, this.#primary);
      await this.#pointTo(this.#primary);
      await copy.stop();
    };
  }

  async stop(): Promise<void> {
    await this.admin.close().catch(() => undefined);
    await this.network.close();
    await this.#direct.close();
    await this.#primary.stop();
  }

  async #pointTo(postgres: EmbeddedPostgres): Promise<void> {
    await postgres.resume();
    for (const proxy of [this.#direct, this.network]) {
      proxy.retarget(targetOf(postgres.url));
      proxy.cut();
    }
  }
}

async function moveData(from: EmbeddedPostgres, to: EmbeddedPostgres): Promise<void> {
  await rm(join(to.directory, "data"), { recursive: true, force: true });
  await run("cp", ["-a", join(from.directory, "data"), join(to.directory, "data")]);
  await rm(join(to.directory, "data", "postmaster.pid"), { force: true });
}

/** False for a process that is gone, or of which only the entry is left. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // already gone
  }
}
