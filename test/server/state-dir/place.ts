import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../src/demo/cluster/embedded-postgres.ts";
import { createSampleProject, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { createFlagsmithTables } from "../../../src/demo/tables/flagsmith-tables.ts";
import { type Database, openDatabase } from "../../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { type Clock, systemClock } from "../../../src/support/clock.ts";
import { startTestServer } from "../harness.ts";

/** A server of a test, with its log. */
export type TestServer = Awaited<ReturnType<typeof startTestServer>>;

/** A Postgres of one's own that can be halted, and a state directory for servers on it. */
export interface Place {
  readonly postgres: EmbeddedPostgres;
  readonly database: Database;
  readonly sample: SampleProject;
  /** The state directory; made by the first server. */
  readonly path: string;
  start(env?: Readonly<Record<string, string>>, clock?: Clock): Promise<TestServer>;
  stop(server: TestServer): Promise<void>;
  /** Names of the files in the state directory. */
  files(): string[];
  remove(): Promise<void>;
}

/** Sets up the sample project on a Postgres of its own. */
export async function openPlace(): Promise<Place> {
  const postgres = await startEmbeddedPostgres();
  const database = openDatabase({
    connectionString: postgres.url,
    applicationName: "test",
    onIdleError: () => undefined,
  });
  await createFlagsmithTables(database);
  const sample = await createSampleProject(database);
  await migrateUp(database);
  await chooseForProject(database, sample.projectId, { enabled: true });
  await database.execute("CHECKPOINT");
  const folder = mkdtempSync(join(tmpdir(), "state-dir-test-"));
  const path = join(folder, "state");
  const running = new Set<TestServer>();
  const stop = async (server: TestServer): Promise<void> => {
    if (running.delete(server)) await server.stop();
  };
  return {
    postgres,
    database,
    sample,
    path,
    async start(env = {}, clock = systemClock) {
      const server = await startTestServer(postgres.url, { STATE_DIR: path, ...env }, clock);
      running.add(server);
      return server;
    },
    stop,
    files: () => readdirSync(path).sort(),
    async remove() {
      await Promise.all([...running].map(stop));
      await database.close();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a server's management port says. */
export async function ask(server: TestServer, path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${server.managementPort}${path}`);
  return { status: answer.status, text: await answer.text() };
}

/** The value of a metric without labels. */
export async function metric(server: TestServer, name: string): Promise<number> {
  const { text } = await ask(server, "/metrics");
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
}

/** Lines of a server's log that match. */
export function logged(server: TestServer, pattern: RegExp): readonly string[] {
  return server.log.filter(({ message }) => pattern.test(message)).map(({ message }) => message);
}
