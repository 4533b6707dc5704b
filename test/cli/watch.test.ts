import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { startCli } from "./run-cli.ts";

describe("watch", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrateUp(test.database);
    const sample = await createSampleProject(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
  });
  afterAll(() => test.drop());

  it("waits for a server that is away, shows its pushes flag by flag, and waits again when it goes", async () => {
    const port = await freePort();
    const watching = startCli(["watch", "--target", `127.0.0.1:${port}`, "--key", DEMO_KEYS.development]);
    const interrupted = (): Promise<void> =>
      new Promise((resolve) => {
        watching.child.stderr?.once("data", () => resolve());
      });
    await interrupted();
    await interrupted();
    const server = await startTestServer(test.url, { SYNC_PORT: port });
    await watching.shows(" flags\n");
    await toggleFlag(test.database, { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development });
    await watching.shows("  ~ maintenance_mode: off → true (state)\n");
    const gone = interrupted();
    await server.stop();
    await gone;
    watching.child.kill("SIGINT");
    expect((await watching.ended).code).toBe(0);
  });

  it("stops after as many documents as are wanted, each a line of JSON", async () => {
    const server = await startTestServer(test.url);
    const target = ["--target", server.address, "--key", DEMO_KEYS.development];
    const { code, out } = await startCli(["watch", ...target, "--count", "1", "--json"]).ended;
    await server.stop();
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ flagSetId: "Demo-shop/Development", first: true, changes: [] });
  });
});
