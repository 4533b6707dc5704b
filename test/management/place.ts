import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import type { StatusReport } from "../../src/model/status.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type FollowedStream, follow, startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** The flag that tests toggle, where. */
export const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

/** A server on a database of its own with the sample project, and where to ask it. */
export interface StatusPlace {
  readonly test: TestDatabase;
  readonly sample: SampleProject;
  readonly management: string;
  readonly sync: string;
  status(): Promise<StatusReport>;
  follow(key?: string): FollowedStream;
  /** Another server in the place of the first; `away` is called between the two. Needs fixed ports in `env`. */
  restart(away: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

/** Starts it; `env` adds options. */
export async function openStatusPlace(env: Readonly<Record<string, string>> = {}): Promise<StatusPlace> {
  const test = await createTestDatabase();
  await migrateUp(test.database);
  const sample = await createSampleProject(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
  let server = await startTestServer(test.url, env);
  const management = `http://127.0.0.1:${server.managementPort}`;
  const streams: FollowedStream[] = [];
  return {
    test,
    sample,
    management,
    sync: `http://${server.address}`,
    status: async () => (await (await fetch(`${management}/api/status`)).json()) as StatusReport,
    follow(key = DEMO_KEYS.development) {
      const stream = follow(server.address, key);
      streams.push(stream);
      return stream;
    },
    async restart(away) {
      await server.stop();
      await away();
      server = await startTestServer(test.url, env);
    },
    async close() {
      for (const stream of streams) stream.close();
      await server.stop();
      await test.drop();
    },
  };
}
