import { expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { startTestServer } from "../server/harness.ts";
import { createTestDatabase } from "../support/database.ts";
import { startCli } from "./run-cli.ts";

it("a command of whose output nobody reads any more ends without a word", async () => {
  const { child, ended } = startCli(["--help"]);
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, err: "" });
});

it("a command that follows ends in its good order with the next thing that it would have said", async () => {
  const test = await createTestDatabase();
  await migrateUp(test.database);
  const sample = await createSampleProject(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
  const server = await startTestServer(test.url);
  const target = ["--target", server.address, "--key", DEMO_KEYS.development];
  const { child, ended, shows } = startCli(["watch", ...target, "--json"]);
  await shows('"first":true');
  child.stdout?.destroy();
  await toggleFlag(test.database, { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development });
  expect(await ended).toMatchObject({ code: 0, err: "" });
  await server.stop();
  await test.drop();
});
