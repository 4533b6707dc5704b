import { type Database, openDatabase } from "../postgres/connection/database.ts";
import { startEmbeddedPostgres } from "./cluster/embedded-postgres.ts";
import { removeDemoState, writeDemoState } from "./demo-state.ts";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "./sample/sample-project.ts";
import { createFlagsmithTables } from "./tables/flagsmith-tables.ts";

/** The demo's database, running. */
export interface DemoDatabase {
  /** What `DATABASE_URL` would be. */
  readonly url: string;
  readonly sample: SampleProject;
  /** Tells other processes of this user where the demo is, once its sync port (`host:port`) listens. */
  announce(syncTarget: string): Promise<void>;
  /** To be called after the server above it has drained. Leaves no process, folder or state file. */
  stop(): Promise<void>;
}

async function withDatabase<Result>(
  url: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase({ connectionString: url, applicationName: "flagsmith-flagd-demo" });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/**
 * Everything below the server in a demo: Postgres, Flagsmith's tables, the sample project, and, once announced, the
 * file that tells of it.
 */
export async function startDemoDatabase(
  options: { readonly scheduledInMs?: number } = {},
): Promise<DemoDatabase> {
  const postgres = await startEmbeddedPostgres();
  try {
    await withDatabase(postgres.url, (admin) => admin.execute("CREATE DATABASE flagsmith"));
    const url = postgres.databaseUrl("flagsmith");
    const sample = await withDatabase(url, async (database) => {
      await createFlagsmithTables(database);
      return await createSampleProject(database, options);
    });
    return {
      url,
      sample,
      announce: (syncTarget) =>
        writeDemoState({
          pid: process.pid,
          databaseUrl: url,
          environmentKey: DEMO_KEYS.development,
          syncTarget,
        }),
      async stop() {
        await removeDemoState(process.pid);
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
