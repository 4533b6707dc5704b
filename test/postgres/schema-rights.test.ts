import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { type Database, openDatabase } from "../../src/postgres/connection/database.ts";
import { readDirectory } from "../../src/postgres/reading/read-directory.ts";
import { readEnvironment } from "../../src/postgres/reading/read-environment.ts";
import { probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { readCatalog } from "../../src/postgres/schema/schema-catalog.ts";
import { OPTIONAL_COLUMNS, READ_COLUMNS } from "../../src/postgres/schema/schema-needs.ts";
import { tablesWithRows, wereDeleted } from "../../src/postgres/schema/schema-rows.ts";
import { migrateUp, migrationStatus } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const SETTINGS = { semantics: "flagsmith", identityOverrideLimit: 100 } as const;

describe("a role that may read what we name and nothing else", () => {
  const role = `flagd_reader_${randomBytes(4).toString("hex")}`;
  let test: TestDatabase;
  let sample: SampleProject;
  let restricted: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    const named = [READ_COLUMNS, ...Object.values(OPTIONAL_COLUMNS)].flatMap((columns) =>
      Object.entries(columns),
    );
    await test.database.execute(
      [
        `CREATE ROLE ${role} LOGIN PASSWORD 'reader'`,
        `GRANT USAGE ON SCHEMA flagd_sync TO ${role}`,
        `GRANT SELECT ON flagd_sync.migration, flagd_sync.project_settings TO ${role}`,
        ...named.map(
          ([table, columns]) => `GRANT SELECT (${Object.keys(columns).join(", ")}) ON ${table} TO ${role}`,
        ),
      ].join(";"),
    );
    const url = new URL(test.url);
    url.username = role;
    url.password = "reader";
    restricted = openDatabase({ connectionString: url.href, applicationName: "restricted" });
  });
  afterAll(async () => {
    await restricted.close();
    await test.database.execute(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await test.drop();
  });

  it("sees the whole set-up as whole, and reads everything: the list of columns is complete", async () => {
    expect((await migrationStatus(restricted)).problems).toEqual([]);
    const columns = await probeFlagsmith(restricted);
    expect(columns).toEqual({
      optionKey: true,
      environmentIsCreating: true,
      cohorts: true,
      masterKeys: true,
    });
    expect((await readDirectory(restricted, columns)).entries.length).toBeGreaterThan(1);
    for (const environmentId of [sample.developmentId, sample.productionId]) {
      const whole = await readEnvironment(restricted, { environmentId, columns, settings: SETTINGS });
      expect(whole?.snapshot.features.length).toBeGreaterThan(15);
      const segments = new Set(whole?.snapshot.segments.keys());
      const part = { features: new Set<number>(), segments, versioned: whole?.versioned ?? false };
      await readEnvironment(restricted, { environmentId, columns, settings: SETTINGS, part });
    }
    const filled = await tablesWithRows(restricted, await readCatalog(restricted));
    expect(filled).toContain("features_feature");
    expect(await wereDeleted(restricted, sample.projectId, [])).toBe(false);
  });

  it("learns by name what it may not read, and whether that is ours", async () => {
    await test.database.execute(`REVOKE SELECT (label) ON tags_tag FROM ${role}`);
    const found = async () => (await migrationStatus(restricted)).problems.map(({ message }) => message);
    expect(await found()).toEqual(["column tags_tag.label may not be read by this role"]);
    await test.database.execute(`GRANT SELECT (label) ON tags_tag TO ${role}`);
    await test.database.execute(`REVOKE SELECT (key) ON multivariate_multivariatefeatureoption FROM ${role}`);
    expect((await probeFlagsmith(restricted)).optionKey).toBe(false);
    await test.database.execute(`REVOKE SELECT ON flagd_sync.project_settings FROM ${role}`);
    expect(await found()).toEqual(["table flagd_sync.project_settings may not be read by this role"]);
    await test.database.execute(
      `GRANT SELECT ON flagd_sync.project_settings TO ${role}; REVOKE USAGE ON SCHEMA flagd_sync FROM ${role}`,
    );
    expect(await readCatalog(restricted)).toMatchObject({ tables: expect.any(Array) });
  });
});
