/** bootstrap on every table of a real Flagsmith: empty, and with a real Flagsmith's rows. */
import { expect, it } from "vitest";
import type { Database } from "../../src/postgres/connection/database.ts";
import { runCli } from "../cli/run-cli.ts";
import { createTestDatabase, loadSharedRows, type TestDatabase } from "../support/database.ts";
import { describeWithShared } from "../support/shared-folder.ts";
import { createWholeSchema } from "./whole-schema.ts";

/** How many rows each of Flagsmith's tables has. */
async function countsOf(database: Database): Promise<Readonly<Record<string, number>>> {
  const tables = await database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  const names = tables.map((row) => String(Object(row).tablename)).sort();
  const rows = await database.query(
    names
      .map((name) => `SELECT '${name}' AS name, count(*)::int AS count FROM "${name}"`)
      .join(" UNION ALL "),
  );
  return Object.fromEntries(rows.map((row) => [Object(row).name, Object(row).count]));
}

const MADE = {
  organisations_organisation: 1,
  organisations_subscription: 1,
  projects_project: 1,
  environments_environment: 1,
  environments_environmentapikey: 1,
  organisations_userorganisation: 1,
};

describeWithShared("bootstrap on every table of a real Flagsmith", (folder) => {
  async function withSchema(work: (test: TestDatabase) => Promise<void>): Promise<void> {
    const test = await createTestDatabase({ template: "empty" });
    try {
      await createWholeSchema(test.database, folder);
      await work(test);
    } finally {
      await test.drop();
    }
  }
  async function growth(test: TestDatabase, ...args: string[]): Promise<Readonly<Record<string, number>>> {
    const before = await countsOf(test.database);
    const { code, err } = await runCli(["bootstrap", ...args], { DATABASE_URL: test.url });
    expect({ code, err }).toMatchObject({ code: 0 });
    const after = await countsOf(test.database);
    return Object.fromEntries(
      Object.entries(after).flatMap(([name, count]) => {
        const more = count - (before[name] ?? 0);
        return more === 0 ? [] : [[name, more]];
      }),
    );
  }

  it("makes one of each where all are empty, and nothing the second time", () =>
    withSchema(async (test) => {
      expect(await growth(test)).toEqual({ ...MADE, users_ffadminuser: 1 });
      expect(await growth(test)).toEqual({});
    }));

  it("adds its own to a real Flagsmith's rows, whose users it knows by their address", () =>
    withSchema(async (test) => {
      await loadSharedRows(test.database, folder);
      expect(await growth(test, "--admin-email", "ADMIN@example.com")).toEqual(MADE);
      expect(await growth(test, "--admin-email", "new@example.com")).toEqual({
        users_ffadminuser: 1,
        organisations_userorganisation: 1,
      });
    }));

  it("gives another environment of a real project a state of each feature, with its options' percentages", () =>
    withSchema(async (test) => {
      await loadSharedRows(test.database, folder);
      const place = ["--organisation", "Acme GmbH", "--project", "Shop", "--environment", "of-bootstrap"];
      const [wanted] = await test.database.query(
        `SELECT count(*)::int AS features,
                (SELECT count(*)::int FROM multivariate_multivariatefeatureoption o
                   JOIN features_feature f ON f.id = o.feature_id
                  WHERE f.project_id = 1 AND f.deleted_at IS NULL) AS options
           FROM features_feature WHERE project_id = 1 AND deleted_at IS NULL`,
      );
      const { features, options } = Object(wanted);
      expect(features * options).toBeGreaterThan(0);
      expect(await growth(test, ...place)).toEqual({
        environments_environment: 1,
        environments_environmentapikey: 1,
        features_featurestate: features,
        features_featurestatevalue: features,
        multivariate_multivariatefeaturestatevalue: options,
      });
    }));

  it("keeps everything off and without a value where the project wants no defaults", () =>
    withSchema(async (test) => {
      await loadSharedRows(test.database, folder);
      await test.database.execute("UPDATE projects_project SET prevent_flag_defaults = true WHERE id = 1");
      await growth(test, "--organisation", "Acme GmbH", "--project", "Shop", "--environment", "of-bootstrap");
      const states = await test.database.query(
        `SELECT DISTINCT s.enabled, v.type, v.string_value, v.integer_value, v.boolean_value
           FROM features_featurestate s JOIN features_featurestatevalue v ON v.feature_state_id = s.id
           JOIN environments_environment e ON e.id = s.environment_id WHERE e.name = 'of-bootstrap'`,
      );
      expect(states).toEqual([
        { enabled: false, type: "unicode", string_value: null, integer_value: null, boolean_value: null },
      ]);
    }));
});
