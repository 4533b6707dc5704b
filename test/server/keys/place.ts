import { afterAll, afterEach, beforeAll } from "vitest";
import { createSampleProject, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type FollowedStream, follow, type SyncRequest, startTestServer } from "../harness.ts";

/** The sample project, enabled, and a server on it, for all tests of a suite. */
export interface KeysPlace {
  readonly database: TestDatabase["database"];
  readonly url: string;
  readonly sample: SampleProject;
  readonly server: Awaited<ReturnType<typeof startTestServer>>;
  /** Follows until the test ends. */
  follow(request: string | SyncRequest): FollowedStream;
}

/** Sets the place up before the suite's tests, and takes it down after them. */
export function keysPlace(env: Readonly<Record<string, string>> = {}): KeysPlace {
  const open: FollowedStream[] = [];
  let test: TestDatabase;
  let sample: SampleProject;
  let server: KeysPlace["server"];
  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    // A test that fails often on purpose is not to be slowed for it.
    server = await startTestServer(test.url, { FAILURES_PER_MINUTE: "0", ...env });
  });
  afterEach(() => {
    for (const stream of open.splice(0)) stream.close();
  });
  afterAll(async () => {
    await server.stop();
    await test.drop();
  });
  return {
    get database() {
      return test.database;
    },
    get url() {
      return test.url;
    },
    get sample() {
      return sample;
    },
    get server() {
      return server;
    },
    follow(request) {
      const stream = follow(server.address, request);
      open.push(stream);
      return stream;
    },
  };
}
