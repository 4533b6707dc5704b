import { pbkdf2Sync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFlagsmithTables } from "../../src/demo/tables/flagsmith-tables.ts";
import { createFeature } from "../../src/demo/writer/write-features.ts";
import { runCli, startCli } from "../cli/run-cli.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { describeWithShared } from "../support/shared-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "flagsmith-flagd-bootstrap-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Rows of every table that bootstrap writes to. */
async function counts(test: TestDatabase): Promise<unknown> {
  const [row] = await test.database.query(
    `SELECT (SELECT count(*) FROM organisations_organisation)::int AS organisations,
            (SELECT count(*) FROM projects_project)::int AS projects,
            (SELECT count(*) FROM environments_environment)::int AS environments,
            (SELECT count(*) FROM environments_environmentapikey)::int AS keys,
            (SELECT count(*) FROM users_ffadminuser)::int AS users,
            (SELECT count(*) FROM organisations_userorganisation)::int AS members`,
  );
  return row;
}

function documentOf(test: TestDatabase, key: string): Promise<{ code: number | null; out: string }> {
  return runCli(["export", "--environment-key", key], { DATABASE_URL: test.url });
}

describe("bootstrap on empty tables of Flagsmith", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase();
  });
  afterEach(() => test.drop());
  const run = (...args: string[]) => runCli(["bootstrap", ...args], { DATABASE_URL: test.url });

  it("makes all that flagd needs, and a second run changes nothing", async () => {
    const first = await run();
    expect(first.code).toBe(0);
    expect(first.err).toMatch(/created: organisation, project, environment, administrator, key/);
    const [, key = ""] = /^FLAGSMITH_SERVER_KEY=(ser\.[2-9A-Za-z]{22})\n$/.exec(first.out) ?? [];
    const made = await counts(test);
    expect(made).toEqual({ organisations: 1, projects: 1, environments: 1, keys: 1, users: 1, members: 1 });
    const document = await documentOf(test, key);
    expect(document.code).toBe(0);
    expect(JSON.parse(document.out).metadata.flagSetId).toBe("local-dev/development");

    const second = await run();
    expect(second.out).toBe(first.out);
    expect(second.err).toMatch(/all was there/);
    expect(await counts(test)).toEqual(made);
  });

  it("takes names, the key and the administrator, and writes the key to a file that others cannot read", async () => {
    const output = join(folder, "deeper", "flagd.env");
    const { code, out } = await run(
      ...[
        "--organisation",
        "Acme",
        "--project",
        "Shop",
        "--environment",
        "Test",
        "--api-key",
        "ser.local-key",
      ],
      ...["--admin-email", "ada@example.com", "--admin-password", "correct horse", "--output", output],
    );
    expect({ code, out }).toEqual({ code: 0, out: "FLAGSMITH_SERVER_KEY=ser.local-key\n" });
    expect(readFileSync(output, "utf8")).toBe(out);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const [user] = await test.database.query(
      "SELECT password FROM users_ffadminuser WHERE email = 'ada@example.com' AND is_active AND is_superuser",
    );
    const [algorithm, iterations, salt = "", digest] = String(Object(user).password).split("$");
    expect([algorithm, iterations]).toEqual(["pbkdf2_sha256", "1000000"]);
    expect(pbkdf2Sync("correct horse", salt, 1_000_000, 32, "sha256").toString("base64")).toBe(digest);
  });

  it("sets another key and password where they are asked for anew", async () => {
    await run("--api-key", "ser.first-key");
    const before = await test.database.query("SELECT password FROM users_ffadminuser");
    expect((await run("--api-key", "ser.second-key", "--admin-password", "new")).out).toMatch(
      /ser\.second-key/,
    );
    expect(await test.database.query("SELECT key FROM environments_environmentapikey")).toEqual([
      { key: "ser.second-key" },
    ]);
    expect(await test.database.query("SELECT password FROM users_ffadminuser")).not.toEqual(before);
  });

  it("gives a new environment a state of every feature that the project has", async () => {
    await run();
    await test.database.query(
      `INSERT INTO features_feature (name, created_date, initial_value, project_id, default_enabled, type, is_archived,
                                     uuid, is_server_key_only)
       SELECT 'banner', now(), 'hello', id, true, 'STANDARD', false, gen_random_uuid(), false FROM projects_project`,
    );
    const { out } = await run("--environment", "second");
    const key = out.trim().split("=")[1] ?? "";
    const { flags } = JSON.parse((await documentOf(test, key)).out);
    expect(flags.banner).toMatchObject({ state: "ENABLED", variants: { control: "hello" } });
  });

  it.each(["local-key", "ser.", "ser.with space"])("refuses the key %j and changes nothing", async (key) => {
    const { code, err } = await run("--api-key", key);
    expect(code).toBe(2);
    expect(err).toMatch(/begins with `ser\.`/);
    expect(await counts(test)).toMatchObject({ organisations: 0, users: 0 });
  });

  it.each([
    [["--project", " "], /--project is empty/],
    [["--api-key-name", ""], /--api-key-name is empty/],
    [["--admin-email", "admin"], /--admin-email is no e-mail address/],
    [["--api-key-name", "k".repeat(101)], /a name is too long/],
  ])("refuses %j and changes nothing", async (args, message) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(await counts(test)).toMatchObject({ organisations: 0, projects: 0, users: 0 });
  });

  it("names a column that it does not know, and leaves nothing half done", async () => {
    await test.database.execute("ALTER TABLE environments_environment ADD COLUMN colour varchar(7) NOT NULL");
    const { code, err } = await run();
    expect(code).toBe(1);
    expect(err).toMatch(/BOOTSTRAP_UNSUPPORTED: .*environments_environment\.colour/);
    expect(await counts(test)).toMatchObject({ organisations: 0, projects: 0, users: 0 });
  });

  it.each([
    "ALTER TABLE features_featurestate ADD COLUMN colour varchar(7) NOT NULL",
    "ALTER TABLE features_featurestatevalue ADD COLUMN colour varchar(7) NOT NULL",
  ])("names it in the tables of feature states, too: %s", async (sql) => {
    await run();
    const [project] = await test.database.query("SELECT id FROM projects_project");
    await createFeature(test.database, { projectId: Number(Object(project).id), name: "banner" });
    await test.database.execute("TRUNCATE features_featurestatevalue, features_featurestate CASCADE");
    await test.database.execute(sql);
    const { code, err } = await run("--environment", "second");
    expect(code).toBe(1);
    expect(err).toMatch(/BOOTSTRAP_UNSUPPORTED: .*features_featurestate(value)?\.colour/);
    expect(await counts(test)).toMatchObject({ environments: 1 });
  });

  it("leaves out a column that this Flagsmith does not have", async () => {
    await test.database.execute("ALTER TABLE organisations_organisation DROP COLUMN force_2fa");
    expect((await run()).code).toBe(0);
  });

  it("of several at once makes one of each", async () => {
    const runs = await Promise.all([run(), run(), run()]);
    expect(new Set(runs.map(({ out }) => out)).size).toBe(1);
    expect(await counts(test)).toMatchObject({
      organisations: 1,
      projects: 1,
      environments: 1,
      keys: 1,
      users: 1,
    });
  });
});

describe("bootstrap before Flagsmith is set up", () => {
  it("says so at once, and waits if it may", async () => {
    const test = await createTestDatabase({ template: "empty" });
    try {
      const env = { DATABASE_URL: test.url };
      const impatient = await runCli(["bootstrap"], env);
      expect(impatient.code).toBe(1);
      expect(impatient.err).toMatch(/DATABASE_UNSUPPORTED/);
      const patient = startCli(["bootstrap", "--wait", "60"], env);
      await createFlagsmithTables(test.database);
      expect(await patient.ended).toMatchObject({ code: 0 });
    } finally {
      await test.drop();
    }
  });

  it("waits while a migration holds a table for itself, and says so when the time is over", async () => {
    const test = await createTestDatabase();
    try {
      const env = { DATABASE_URL: test.url };
      await test.database.write(async (migration) => {
        await migration.execute("ALTER TABLE segments_segment ADD COLUMN colour varchar(7)");
        const { code, err } = await runCli(["bootstrap", "--wait", "1"], env);
        expect({ code, err }).toMatchObject({
          code: 1,
          err: expect.stringMatching(/holds a table for itself/),
        });
      });
      expect(await runCli(["bootstrap", "--wait", "60"], env)).toMatchObject({ code: 0 });
    } finally {
      await test.drop();
    }
  });
});

describeWithShared("bootstrap beside the rows of a real Flagsmith", () => {
  it("adds its own and leaves all others as they were", async () => {
    const test = await createTestDatabase({ rows: "shared" });
    try {
      const others = () =>
        test.database.query(
          `SELECT k.key, e.name, p.name AS project FROM environments_environmentapikey k
             JOIN environments_environment e ON e.id = k.environment_id JOIN projects_project p ON p.id = e.project_id
            WHERE k.name <> 'flagd-local' ORDER BY k.id`,
        );
      const before = await others();
      const { code, out } = await runCli(["bootstrap"], { DATABASE_URL: test.url });
      expect(code).toBe(0);
      expect(await others()).toEqual(before);
      const document = await documentOf(test, out.trim().split("=")[1] ?? "");
      expect(JSON.parse(document.out)).toMatchObject({
        flags: {},
        metadata: { flagSetId: "local-dev/development" },
      });
    } finally {
      await test.drop();
    }
  });
});
