import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSampleProject } from "../../src/demo/sample/sample-project.ts";
import { openDatabase } from "../../src/postgres/connection/database.ts";
import { listProjects } from "../../src/postgres/own-tables/project-settings.ts";
import {
  grantServerRole,
  migrateUp,
  migrationScript,
  migrationStatus,
} from "../../src/postgres/set-up/migrate.ts";
import { OWN_RIGHTS } from "../../src/postgres/set-up/needed-rights.ts";
import { readRights } from "../../src/postgres/set-up/read-rights.ts";
import { createTestDatabase, onDatabase, type TestDatabase } from "../support/database.ts";
import { createTestRole, giveTablesTo, quotedRole, type TestRole } from "../support/roles.ts";

/** A name that breaks whatever does not quote it, as an identifier, a literal or a body between dollars. */
const HOSTILE = `fl'ag"d \\ $grants$; DROP SCHEMA flagd_sync CASCADE; --`;

/** All that was granted to anybody but its owner: on our schema, its tables and functions, and Flagsmith's columns. */
const GRANTED = `
SELECT n.nspname AS object, acl.grantee::regrole::text AS grantee, acl.privilege_type AS privilege
  FROM pg_namespace n, aclexplode(n.nspacl) acl WHERE n.nspname = 'flagd_sync' AND acl.grantee <> n.nspowner
UNION ALL
SELECT c.relname, acl.grantee::regrole::text, acl.privilege_type FROM pg_class c, aclexplode(c.relacl) acl
 WHERE acl.grantee <> c.relowner AND c.relnamespace::regnamespace::text IN ('public', 'flagd_sync')
UNION ALL
SELECT p.proname, acl.grantee::regrole::text, acl.privilege_type
  FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
 WHERE acl.grantee <> p.proowner AND p.pronamespace::regnamespace::text = 'flagd_sync'
UNION ALL
SELECT c.relname || '.' || a.attname, acl.grantee::regrole::text, acl.privilege_type
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) acl
 WHERE c.relnamespace::regnamespace::text IN ('public', 'flagd_sync')
ORDER BY 1, 2, 3`;

describe("the rights of a server's role", () => {
  let test: TestDatabase;
  let role: TestRole;
  beforeEach(async () => {
    test = await createTestDatabase();
    role = await createTestRole(test, HOSTILE);
    await createSampleProject(test.database);
    await migrateUp(test.database);
  });
  afterEach(async () => {
    await role.drop();
    await test.drop();
  });

  const granted = (): Promise<readonly unknown[]> => test.database.query(GRANTED);
  const missing = async (purpose?: string): Promise<readonly string[]> =>
    ((await readRights(test.database, role.name))?.missing ?? [])
      .filter((one) => purpose === undefined || one.purpose === purpose)
      .map(({ right }) => right);

  it("are complete and no more, whatever the role is called; giving them again changes nothing", async () => {
    await grantServerRole(test.database, { role: role.name, withAdmin: false });
    const once = await granted();
    expect(once.length).toBeGreaterThan(70);
    expect(await readRights(test.database, role.name)).toMatchObject({ role: role.name, excess: [] });
    expect(await missing()).toEqual(await missing("admin"));
    expect(await missing("admin")).toContain("SELECT on authtoken_token.key");
    await grantServerRole(test.database, { role: role.name, withAdmin: false });
    expect(await granted()).toEqual(once);
    await onDatabase(role.url, async (restricted) => {
      expect((await migrationStatus(restricted)).problems).toEqual([]);
      expect(await listProjects(restricted)).toHaveLength(1);
      await expect(restricted.query("SELECT * FROM users_ffadminuser")).rejects.toMatchObject({
        code: "42501",
      });
      await expect(restricted.query("DELETE FROM features_feature")).rejects.toMatchObject({ code: "42501" });
      await expect(restricted.query("DELETE FROM flagd_sync.migration")).rejects.toMatchObject({
        code: "42501",
      });
    });
  });

  it("with the admin side: all that it reads, and no password", async () => {
    await grantServerRole(test.database, { role: role.name, withAdmin: true });
    expect(await missing()).toEqual([]);
    expect((await readRights(test.database, role.name))?.excess).toEqual([]);
    await onDatabase(role.url, async (restricted) => {
      await restricted.query("SELECT id, email FROM users_ffadminuser");
      await expect(restricted.query("SELECT password FROM users_ffadminuser")).rejects.toMatchObject({
        code: "42501",
      });
    });
  });

  it("are the same by the printed script, on an empty set-up and again on a full one", async () => {
    await grantServerRole(test.database, { role: role.name, withAdmin: true });
    const wanted = await granted();
    const script = migrationScript({ role: role.name, withAdmin: true });
    await test.database.execute(script);
    await test.database.execute(`DROP OWNED BY ${quotedRole(role.name)}; DROP SCHEMA flagd_sync CASCADE`);
    await test.database.execute(script);
    await test.database.execute(script);
    expect(await granted()).toEqual(wanted);
    expect((await migrationStatus(test.database)).problems).toEqual([]);
  });

  it("leave out what an older Flagsmith lacks", async () => {
    await test.database.execute(
      "DROP TABLE cohorts_cohort CASCADE; ALTER TABLE multivariate_multivariatefeatureoption DROP COLUMN key",
    );
    await grantServerRole(test.database, { role: role.name, withAdmin: false });
    expect(await missing("serving")).toEqual([]);
  });

  it("lose what is too much in our schema, and are said to be too many in Flagsmith's", async () => {
    await test.database.execute(
      `GRANT ALL ON SCHEMA flagd_sync TO PUBLIC;
       GRANT ALL ON ALL TABLES IN SCHEMA flagd_sync TO PUBLIC, ${quotedRole(role.name)};
       GRANT SELECT (password), UPDATE (password) ON users_ffadminuser TO ${quotedRole(role.name)}`,
    );
    expect((await readRights(test.database, role.name))?.excess).toHaveLength(4);
    await grantServerRole(test.database, { role: role.name, withAdmin: false });
    expect((await readRights(test.database, role.name))?.excess).toEqual([
      "may write 1 of Flagsmith's tables: users_ffadminuser",
      "may read 1 columns that are not needed: users_ffadminuser.password",
    ]);
    const everybody = (await granted()).filter((one) => (one as { grantee: string }).grantee === "-");
    expect(everybody).toEqual([]);
  });

  it("of a superuser or an owner are said to be too many, and lack nothing", async () => {
    await test.database.execute(`ALTER ROLE ${quotedRole(role.name)} SUPERUSER`);
    expect(await readRights(test.database, role.name)).toMatchObject({
      missing: [],
      excess: ["is a superuser", "owns Flagsmith's tables", "owns the schema flagd_sync"],
    });
  });

  it("cannot be given to a role that does not exist, to everybody, or to the owner: nothing is changed", async () => {
    const before = await granted();
    for (const name of ["nobody has this name", "public", `${role.name}x`.padEnd(70, "x")]) {
      await expect(grantServerRole(test.database, { role: name, withAdmin: false })).rejects.toMatchObject({
        code: "ROLE_UNUSABLE",
      });
    }
    await test.database.execute(`ALTER SCHEMA flagd_sync OWNER TO ${quotedRole(role.name)}`);
    await expect(grantServerRole(test.database, { role: role.name, withAdmin: false })).rejects.toMatchObject(
      { code: "ROLE_UNUSABLE" },
    );
    await test.database.execute("ALTER SCHEMA flagd_sync OWNER TO CURRENT_USER");
    expect(await granted()).toEqual(before);
    expect(await readRights(test.database, "nobody has this name")).toBeUndefined();
  });

  it("cover every table of ours", async () => {
    const rows = await test.database.query(
      "SELECT 'flagd_sync.' || relname AS name FROM pg_class WHERE relnamespace = 'flagd_sync'::regnamespace AND relkind = 'r'",
    );
    expect(rows.map((row) => (row as { name: string }).name).sort()).toEqual(Object.keys(OWN_RIGHTS).sort());
  });

  it("are given by an owner who is no superuser, and said to be out of reach where they are", async () => {
    const owner = await createTestRole(test, "flagsmith owner");
    try {
      await test.database.execute("DROP SCHEMA flagd_sync CASCADE");
      await giveTablesTo(test, owner);
      const database = openDatabase({ connectionString: owner.url, applicationName: "owner" });
      try {
        await migrateUp(database);
        await grantServerRole(database, { role: role.name, withAdmin: true });
        expect(await missing()).toEqual([]);
        await test.database.execute(
          "DO $do$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $do$",
        );
        await test.database.execute(
          `DO $do$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${quotedRole(owner.name)}', current_database()); END $do$`,
        );
        await expect(grantServerRole(database, { role: role.name, withAdmin: true })).rejects.toMatchObject({
          code: "RIGHTS_MISSING",
          message: expect.stringContaining("CONNECT on the database"),
        });
      } finally {
        await database.close();
      }
    } finally {
      await test.database.execute(
        `REASSIGN OWNED BY ${quotedRole(owner.name)} TO CURRENT_USER; DROP OWNED BY ${quotedRole(owner.name)}`,
      );
      await owner.drop();
    }
  });
});
