/** Issue 7: whoever a real Flagsmith let read or change a project's integrations, and nobody else. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { describeWithShared, readSharedJson } from "../support/shared-folder.ts";
import { askAdmin } from "./ask-admin.ts";

const accessFile = z.object({
  users: z.record(z.string(), z.object({ token: z.string() })),
  master_keys: z.record(z.string(), z.object({ key: z.string() })),
  environment_keys: z.record(z.string(), z.object({ key: z.string() })),
  integration_access: z.array(
    z.object({ who: z.string(), project: z.number(), GET: z.number(), "POST invalid body": z.number() }),
  ),
});

describeWithShared("the access decisions of a real Flagsmith", (folder) => {
  const access = accessFile.parse(readSharedJson(folder, "flagsmith/access.json"));
  let test: TestDatabase;
  let server: Awaited<ReturnType<typeof startTestServer>>;

  beforeAll(async () => {
    test = await createTestDatabase({ rows: "shared" });
    await migrateUp(test.database);
    // More strangers ask here, from one address, than are let through.
    server = await startTestServer(test.url, { FAILURES_PER_MINUTE: "0" });
  });
  afterAll(async () => {
    await server.stop();
    await test.drop();
  });

  const authorizationOf = (who: string): string | undefined => {
    const user = access.users[who];
    if (user !== undefined) return `Token ${user.token}`;
    const master = access.master_keys[who.replace("master ", "")];
    if (master !== undefined) return `Api-Key ${master.key}`;
    if (who === "garbage") return "Token 0000000000000000000000000000000000000000";
    if (who === "env key as bearer") return `Bearer ${Object.values(access.environment_keys)[0]?.key}`;
    return undefined;
  };

  it("has rows", () => expect(access.integration_access.length).toBeGreaterThan(50));

  it.each(access.integration_access)("$who in project $project", async (row) => {
    const authorization = authorizationOf(row.who);
    expect(authorization === undefined).toBe(row.who === "none");
    const sent = authorization === undefined ? {} : { authorization };
    const path = `/projects/${row.project}/integrations/flagd/`;
    const read = await askAdmin(server.address, path, sent);
    const wrote = await askAdmin(server.address, path, { ...sent, method: "POST", body: {} });
    expect({ GET: read.status, POST: wrote.status }).toEqual({
      GET: row.GET,
      POST: row["POST invalid body"],
    });
  });

  it("logs no token and no key", () => {
    const log = JSON.stringify(server.log);
    const secrets = [...Object.values(access.users).map(({ token }) => token)];
    for (const { key } of Object.values(access.master_keys)) secrets.push(key, key.split(".")[1] ?? key);
    for (const secret of secrets) expect(log).not.toContain(secret);
  });
});
