/** A row that cannot be read, while a server runs and when it starts (the rows themselves: test/postgres/bad-rows.test.ts). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setFlagValue, toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { liveState } from "../../src/demo/writer/live-state.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { follow, type SeenDocument, startTestServer } from "./harness.ts";

const banner = { flag: "banner_text", environmentKey: DEMO_KEYS.development };
const bannerOf = ({ flags }: SeenDocument): unknown => flags.banner_text?.variants.control;
const warned = ({ metadata }: SeenDocument): boolean =>
  String(metadata["flagsmith.warnings"]).includes("unreadable_row");

describe("a row that cannot be read", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  let stateId: number;
  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    await test.database.execute("ALTER TABLE features_featurestate ALTER enabled DROP NOT NULL");
    const featureId = sample.featureIds.get("banner_text") ?? 0;
    stateId = (await liveState(test.database, { environmentId: sample.developmentId, featureId })) ?? 0;
  });
  afterAll(() => test.drop());

  const spoil = (enabled: boolean | null) =>
    test.database.query("UPDATE features_featurestate SET enabled = $2 WHERE id = $1", [stateId, enabled]);

  it("leaves its flag at its last good state, with a warning, and its neighbours go on; repaired, all is well", async () => {
    const server = await startTestServer(test.url);
    const stream = follow(server.address, DEMO_KEYS.development);
    try {
      const first = await stream.until(() => true);
      await spoil(null);
      await setFlagValue(test.database, banner, "unseen");
      const spoilt = await stream.until(warned);
      expect(spoilt.document.flags).toEqual(first.document.flags);
      const headers = { "x-environment-key": DEMO_KEYS.development };
      const diagnostics = await (
        await fetch(`http://${server.address}/api/v1/flagd/diagnostics.json`, { headers })
      ).json();
      expect(diagnostics).toMatchObject({
        features: expect.arrayContaining([
          {
            name: "banner_text",
            warnings: expect.arrayContaining([
              {
                reason: "unreadable_row",
                detail: `features_featurestate ${stateId}: enabled is missing; it stays as it was`,
              },
            ]),
          },
        ]),
      });
      await toggleFlag(test.database, { flag: "dark_theme", environmentKey: DEMO_KEYS.development });
      const after = await stream.until(({ flags }) => flags.dark_theme?.state === "DISABLED");
      expect(warned(after.document)).toBe(true);
      expect(after.document.flags.banner_text).toEqual(first.document.flags.banner_text);
      await spoil(true);
      const repaired = await stream.until((document) => bannerOf(document) === "unseen");
      expect(warned(repaired.document)).toBe(false);
    } finally {
      stream.close();
      await server.stop();
    }
  });

  it("at the start leaves its flag out; other environments and keys do not notice", async () => {
    await spoil(null);
    await test.database.execute(
      `ALTER TABLE environments_environment ALTER name DROP NOT NULL;
       ALTER TABLE environments_environment ALTER api_key DROP NOT NULL;
       UPDATE environments_environment SET name = NULL, api_key = NULL WHERE id = ${sample.developmentId};
       UPDATE environments_environmentapikey SET expires_at = 'infinity'`,
    );
    const server = await startTestServer(test.url);
    const stream = follow(server.address, DEMO_KEYS.development);
    const neighbour = follow(server.address, DEMO_KEYS.production);
    try {
      const { document } = await stream.until(() => true);
      expect(Object.keys(document.flags)).toHaveLength(sample.featureIds.size - 1);
      expect(document.flags.banner_text).toBeUndefined();
      expect(document.metadata.flagSetId).toBe(`Demo-shop/environment-${sample.developmentId}`);
      expect(document.metadata["flagsmith.warnings"]).toMatch(/unreadable_row.*feature=banner_text/);
      const other = await neighbour.until(() => true);
      expect(Object.keys(other.document.flags)).toHaveLength(sample.featureIds.size);
      await spoil(true);
      await stream.until(({ flags }) => flags.banner_text !== undefined);
    } finally {
      stream.close();
      neighbour.close();
      await server.stop();
    }
  });
});
