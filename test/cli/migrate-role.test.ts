import { afterAll, beforeAll, expect, it } from "vitest";
import { readRights } from "../../src/postgres/set-up/read-rights.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestRole, type TestRole } from "../support/roles.ts";
import { runCli } from "./run-cli.ts";

const LIMIT_MS = 60_000;

let test: TestDatabase;
let role: TestRole;
let env: { DATABASE_URL: string };
beforeAll(async () => {
  test = await createTestDatabase();
  role = await createTestRole(test, "o'server");
  env = { DATABASE_URL: test.url };
});
afterAll(async () => {
  await role.drop();
  await test.drop();
});

const missing = async (): Promise<readonly string[]> =>
  ((await readRights(test.database, role.name))?.missing ?? []).map(({ purpose }) => purpose);

it("`migrate up --role` sets up and gives a role what a server needs; again, and with more", {
  timeout: LIMIT_MS,
}, async () => {
  const up = await runCli(["migrate", "up", "--role", role.name], env);
  expect(up).toMatchObject({ code: 0, err: "" });
  expect(up.out).toMatch(/triggers created: \d+\nrole o'server \w+ has what a server needs\n$/);
  expect([...new Set(await missing())]).toEqual(["admin"]);
  const more = await runCli(["migrate", "up", "--role", role.name, "--with-admin"], env);
  expect(more.out).toMatch(/nothing to do.*\nrole .* the admin REST included\n$/);
  expect(await missing()).toEqual([]);
});

it("`migrate print --role` prints what does the same", { timeout: LIMIT_MS }, async () => {
  const { out } = await runCli(["migrate", "print", "--role", role.name, "--with-admin"]);
  expect(out).toContain("set_config('flagsmith_flagd.role', 'o''server ");
  await runCli(["migrate", "down"], env);
  await test.database.execute(out);
  expect(await missing()).toEqual([]);
  expect((await runCli(["migrate", "print"])).out).not.toContain("GRANT");
});

it("refuses a role that there is not, and --with-admin for nobody", { timeout: LIMIT_MS }, async () => {
  const unknown = await runCli(["migrate", "up", "--role", "nobody at all"], env);
  expect(unknown.code).toBe(1);
  expect(unknown.err).toMatch(
    /^flagsmith-flagd: ROLE_UNUSABLE: there is no role "nobody at all"\. [^\n]+\n$/,
  );
  expect(await runCli(["migrate", "up", "--with-admin"], env)).toMatchObject({ code: 2 });
});
