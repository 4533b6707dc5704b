import { afterAll, beforeAll } from "vitest";
import { createSampleProject, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** A whole server on a database with the sample project, enabled. */
export interface HttpPlace {
  readonly test: TestDatabase;
  readonly sample: SampleProject;
  readonly server: Awaited<ReturnType<typeof startTestServer>>;
}

/** Starts the place before all tests of a file, and stops it after them; to be asked for within a test. */
export function httpPlace(env: () => Readonly<Record<string, string>>): () => HttpPlace {
  let place: HttpPlace | undefined;
  beforeAll(async () => {
    const test = await createTestDatabase();
    const sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    place = { test, sample, server: await startTestServer(test.url, env()) };
  });
  afterAll(async () => {
    await place?.server.stop();
    await place?.test.drop();
  });
  return () => {
    if (place === undefined) throw new Error("the place is not there yet");
    return place;
  };
}
