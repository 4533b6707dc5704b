import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSampleProject } from "../../src/demo/sample/sample-project.ts";
import { readEnvironment } from "../../src/postgres/reading/read-environment.ts";
import { probeFlagsmith } from "../../src/postgres/schema/flagsmith-columns.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

describe("which Flagsmith this is", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase();
  });
  afterEach(() => test.drop());

  it("a present one has all optional columns", async () => {
    expect(await probeFlagsmith(test.database)).toEqual({
      optionKey: true,
      environmentIsCreating: true,
      cohorts: true,
      masterKeys: true,
    });
  });

  it("an older one is read without them", async () => {
    const sample = await createSampleProject(test.database);
    await test.database.execute(
      "ALTER TABLE environments_environment DROP COLUMN is_creating; ALTER TABLE multivariate_multivariatefeatureoption DROP COLUMN key CASCADE; DROP TABLE cohorts_cohort CASCADE",
    );
    const columns = await probeFlagsmith(test.database);
    expect(columns).toEqual({
      optionKey: false,
      environmentIsCreating: false,
      cohorts: false,
      masterKeys: true,
    });
    const reading = await readEnvironment(test.database, {
      environmentId: sample.developmentId,
      columns,
      settings: { semantics: "flagsmith", identityOverrideLimit: 100 },
    });
    expect(reading?.snapshot.features.length).toBeGreaterThan(15);
    expect(
      reading?.snapshot.features.flatMap((feature) => feature.options.map((option) => option.key)),
    ).toContain(null);
  });

  const refused: [string, string, RegExp][] = [
    [
      "before 2.140.0",
      "ALTER TABLE environments_environment DROP COLUMN use_identity_overrides_in_local_eval",
      /does not fit: column environments_environment\.use_identity_overrides_in_local_eval is missing; needed is .* 2\.140\.0 or later/,
    ],
    [
      "without segments_segmentrule",
      "DROP TABLE segments_segmentrule CASCADE",
      /no table segments_segmentrule.*needed is/,
    ],
    [
      "no Flagsmith",
      "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
      /none of Flagsmith's tables.*needed is/,
    ],
  ];
  it.each(refused)("is refused: %s", async (_, sql, message) => {
    await test.database.execute(sql);
    const failure = await probeFlagsmith(test.database).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "DATABASE_UNSUPPORTED" });
    expect(String(failure)).toMatch(message);
  });
});
