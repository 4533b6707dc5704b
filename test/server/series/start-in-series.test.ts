import { afterEach, beforeEach, expect, it } from "vitest";
import {
  createSampleProject,
  DEMO_KEYS,
  type SampleProject,
} from "../../../src/demo/sample/sample-project.ts";
import { createSegmentOverride, deleteSegmentOverride } from "../../../src/demo/writer/write-overrides.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { follow, startTestServer } from "../harness.ts";

let test: TestDatabase;
let sample: SampleProject;

beforeEach(async () => {
  test = await createTestDatabase();
  sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
});
afterEach(() => test.drop());

it("a replica that starts while overrides of a flag are made shows no document without that flag", async () => {
  let writing = true;
  const place = {
    environmentId: sample.developmentId,
    featureId: sample.featureIds.get("dark_theme") ?? 0,
    segmentId: sample.segmentIds.get("beta_testers") ?? 0,
  };
  const writer = (async () => {
    while (writing) {
      const override = await createSegmentOverride(test.database, { ...place, enabled: true });
      await deleteSegmentOverride(test.database, override.featureSegmentId);
    }
  })();
  const server = await startTestServer(test.url);
  writing = false;
  await writer;
  const stream = follow(server.address, DEMO_KEYS.development);
  const { document } = await stream.until(() => true);
  stream.close();
  await server.stop();
  expect(document.flags).toHaveProperty("dark_theme");
});
