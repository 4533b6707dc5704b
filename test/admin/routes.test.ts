import { status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { follow, startTestServer } from "../server/harness.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createAdministrator } from "./administrator.ts";
import { askAdmin } from "./ask-admin.ts";

describe("a project's integration over REST", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  let authorization: string;
  let server: Awaited<ReturnType<typeof startTestServer>>;
  let path: string;

  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
    authorization = `Token ${await createAdministrator(test.database, sample.projectId)}`;
    path = `/projects/${sample.projectId}/integrations/flagd/`;
    await migrateUp(test.database);
    server = await startTestServer(test.url);
  });
  afterEach(() => askAdmin(server.address, path, { method: "DELETE", authorization }));
  afterAll(async () => {
    await server.stop();
    await test.drop();
  });

  const ask = (method: string, body?: unknown, at = path) =>
    askAdmin(server.address, at, { method, authorization, body });
  const created = {
    id: expect.any(Number),
    enabled: true,
    semantics: "flagsmith",
    identityOverrideLimit: 100,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  };

  it("is a list of none until it is created, then of one", async () => {
    expect(await ask("GET")).toMatchObject({ status: 200, body: [] });
    const reply = await ask("POST", { enabled: true });
    expect(reply).toMatchObject({ status: 201, body: created });
    expect(await ask("GET")).toMatchObject({ status: 200, body: [reply.body] });
    expect(await ask("GET", undefined, `${path}${sample.projectId}/`)).toMatchObject({
      status: 200,
      body: reply.body,
    });
  });

  it("exists once per project", async () => {
    await ask("POST", { enabled: true, semantics: "value" });
    expect(await ask("POST", { enabled: false })).toMatchObject({
      status: 400,
      body: ["This integration already exists for this project."],
    });
    expect((await ask("GET")).body).toMatchObject([{ enabled: true, semantics: "value" }]);
  });

  it.each(["PATCH", "PUT"])("%s changes what it names and keeps the rest, by both paths", async (method) => {
    await ask("POST", { enabled: true, semantics: "value", identityOverrideLimit: 7 });
    const first = await ask(method, { enabled: true, semantics: "flagsmith" });
    expect(first).toMatchObject({ status: 200, body: { semantics: "flagsmith", identityOverrideLimit: 7 } });
    const second = await ask(method, { enabled: false }, `${path}${sample.projectId}/`);
    expect(second).toMatchObject({ status: 200, body: { enabled: false, semantics: "flagsmith" } });
  });

  it("takes back what it gave: read-only members change nothing", async () => {
    const { body } = await ask("POST", { enabled: true });
    const reply = await ask("PUT", { ...(body as object), id: 99, created_at: "1999-01-01T00:00:00Z" });
    expect(reply).toMatchObject({ status: 200, body: { id: sample.projectId } });
    expect(reply.body).toHaveProperty("created_at", (body as { created_at: string }).created_at);
  });

  it.each([
    [{}, { enabled: ["This field is required."] }],
    [{ enabled: "yes" }, { enabled: ["Must be a valid boolean."] }],
    [{ enabled: null }, { enabled: ["Must be a valid boolean."] }],
    [
      { enabled: true, semantics: "flagd" },
      { semantics: ['"flagd" is not a valid choice: use "flagsmith" or "value".'] },
    ],
    [
      { enabled: true, identityOverrideLimit: -1 },
      { identityOverrideLimit: ["A whole number from 0 to 100000 is required."] },
    ],
    [
      { enabled: true, identityOverrideLimit: 1.5 },
      { identityOverrideLimit: ["A whole number from 0 to 100000 is required."] },
    ],
    [
      { enabled: true, semantic: "value" },
      { semantic: ["Not known here: use enabled, semantics, identityOverrideLimit."] },
    ],
    [[], { non_field_errors: ["Invalid data. Expected a JSON object."] }],
  ])("POST %j is refused, naming the field, and changes nothing", async (body, errors) => {
    expect(await ask("POST", body)).toMatchObject({ status: 400, body: errors });
    expect((await ask("GET")).body).toEqual([]);
  });

  it("values are repeated only if they are short, and nested ones never, however deep", async () => {
    const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    for (const semantics of ['"a-word-that-is-long"', deep, "{}", "5", "null"]) {
      const reply = await ask("POST", `{"enabled": true, "semantics": ${semantics}}`);
      expect(reply.status).toBe(400);
      expect(reply.body).toEqual({ semantics: ['This is not a valid choice: use "flagsmith" or "value".'] });
    }
    for (const body of ["{", '{"enabled": ser.a-key-by-mistake}', '"ser.a-key-by-mistake']) {
      const reply = await ask("POST", body);
      expect(reply.status).toBe(400);
      expect(JSON.stringify(reply.body)).toMatch(/"JSON parse error - (?:position \d+|the body is no JSON)"/);
    }
    const reply = await ask("POST", { enabled: true, "ser.a-key-by-mistake": 1 });
    expect(Object.keys(reply.body as object)).toEqual(["…take"]);
  });

  it.each(["__proto__", "constructor", "prototype"])("`%s` pollutes nothing", async (name) => {
    for (const body of [
      `{"enabled": true, "${name}": {"semantics": "value", "polluted": true}}`,
      `{"enabled": true, "constructor": {"prototype": {"polluted": true}}}`,
    ]) {
      expect((await ask("POST", body)).status).toBe(400);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((await ask("GET")).body).toEqual([]);
  });

  it("`__proto__` is a name like any other", async () => {
    const reply = await ask("POST", '{"enabled": true, "__proto__": {"semantics": "value"}}');
    expect(reply.status).toBe(400);
  });

  it("a body that is no JSON, none of its type, or too large is refused", async () => {
    expect(await ask("POST", "{")).toMatchObject({ status: 400, body: { detail: /^JSON parse error/ } });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const reply = await askAdmin(server.address, path, {
      method: "POST",
      authorization,
      body: "enabled=true",
      headers: form,
    });
    expect(reply.status).toBe(415);
    expect((await ask("POST", { enabled: true, note: "x".repeat(70_000) })).status).toBe(413);
  });

  it("what is not there is not found, and a wrong method says which are right", async () => {
    expect((await ask("PATCH", { enabled: true })).status).toBe(404);
    expect((await ask("DELETE")).status).toBe(404);
    expect((await ask("GET", undefined, `${path}${sample.projectId}/`)).status).toBe(404);
    await ask("POST", { enabled: true });
    expect((await ask("GET", undefined, `${path}${sample.projectId + 1}/`)).status).toBe(404);
    const reply = await ask("POST", { enabled: true }, `${path}${sample.projectId}/`);
    expect(reply.status).toBe(405);
    expect(reply.headers.get("allow")).toContain("PATCH");
  });

  it("what it changes reaches open streams at once", async () => {
    await ask("POST", { enabled: true });
    const stream = await followedWhenServed();
    const { document } = await stream.until(() => true);
    expect(document.flags).not.toEqual({});
    await ask("PATCH", { semantics: "value" });
    await stream.until((now) => JSON.stringify(now) !== JSON.stringify(document), 1);
    await ask("PATCH", { enabled: false });
    const error = await stream.ended;
    expect(error.code).not.toBe(status.OK);
    expect(error.details).toMatch(/not enabled for this project/);
  });

  it("says in the log who changed what", async () => {
    await ask("POST", { enabled: true });
    const line = server.log.findLast(({ message }) =>
      message.includes("integration of a project was changed"),
    );
    expect(line?.message).toMatch(/"by":"user \d+".*"action":"created".*"enabled":true/);
  });

  /** The stream of an environment whose project was enabled a moment ago: flagd, too, tries again. */
  async function followedWhenServed(): Promise<ReturnType<typeof follow>> {
    for (;;) {
      const stream = follow(server.address, DEMO_KEYS.development);
      const served = await stream
        .until(() => true)
        .then(
          () => true,
          () => false,
        );
      if (served) return stream;
      stream.close();
    }
  }
});
