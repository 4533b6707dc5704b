import { randomBytes } from "node:crypto";
import type { TestDatabase } from "./database.ts";

/** A role that a test made in the test cluster. */
export interface TestRole {
  readonly name: string;
  /** Connects to the test's database as this role. */
  readonly url: string;
  /** Takes all its rights and removes it. */
  drop(): Promise<void>;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Makes a role that may log in and nothing else. The caller drops it before the database. */
export async function createTestRole(test: TestDatabase, prefix = "flagd role"): Promise<TestRole> {
  const name = `${prefix} ${randomBytes(4).toString("hex")}`;
  await test.database.execute(`CREATE ROLE ${quoted(name)} LOGIN PASSWORD 'of-a-test'`);
  const url = new URL(test.url);
  url.username = encodeURIComponent(name);
  url.password = "of-a-test";
  return {
    name,
    url: url.href,
    drop: () => test.database.execute(`DROP OWNED BY ${quoted(name)}; DROP ROLE ${quoted(name)}`),
  };
}

/** What a DBA does for Flagsmith: its tables belong to a role that is no superuser. */
export async function giveTablesTo(test: TestDatabase, role: TestRole): Promise<void> {
  await test.database.write(async (transaction) => {
    await transaction.query("SELECT set_config('test.owner', $1, true)", [role.name]);
    await transaction.execute(`DO $do$
DECLARE one record;
BEGIN
  FOR one IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', one.name, current_setting('test.owner'));
  END LOOP;
  EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_setting('test.owner'));
END
$do$`);
  });
}

export { quoted as quotedRole };
