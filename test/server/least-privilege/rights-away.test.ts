import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { setFlagValue } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { createAdministrator } from "../../admin/administrator.ts";
import { askAdmin } from "../../admin/ask-admin.ts";
import { createMasterKey } from "../../support/master-key.ts";
import { eventually, startTestServer } from "../harness.ts";
import { overHttp, syncFlags } from "../keys/callers.ts";
import { openRolesPlace, type RolesPlace, type ServedPlace, serve } from "./place.ts";

const LIMIT_MS = 120_000;
const FLAG = { flag: "banner_text", environmentKey: DEMO_KEYS.development };
const ASK = 'SELECT pg_notify(\'flagd_sync\', \'{"v":1,"kind":"everything"}\')';

describe("a right is taken from the server's role", { timeout: LIMIT_MS }, () => {
  let place: RolesPlace;
  let served: ServedPlace | undefined;
  beforeAll(async () => {
    place = await openRolesPlace(false);
  });
  afterEach(async () => {
    await served?.stop();
    served = undefined;
  });
  afterAll(() => place.drop());

  const pushes = async ({ stream }: ServedPlace, value: string): Promise<void> => {
    await setFlagValue(place.flagsmith, FLAG, value);
    await stream.until(({ flags }) => flags.banner_text?.variants.control === value);
  };

  it.each([
    ["SELECT (label) ON tags_tag", /column tags_tag\.label may not be read by this role/],
    ["SELECT (name) ON features_feature", /column features_feature\.name may not be read by this role/],
    [
      "SELECT ON flagd_sync.project_settings",
      /table flagd_sync\.project_settings may not be read by this role/,
    ],
    ["USAGE ON SCHEMA flagd_sync", /table flagd_sync\.project_settings may not be read by this role/],
    ["USAGE ON SCHEMA public", /schema public may not be used by this role/],
  ])("%s: named once, the last documents stay, and all goes on when it is back", async (right, named) => {
    const running = await serve(place);
    served = running;
    const text = running.stream.arrivals.at(-1)?.text;
    const from = right.includes("SCHEMA public") ? `${place.role}, PUBLIC` : place.role;
    await place.asAdmin(`REVOKE ${right} FROM ${from}; ${ASK}`);
    await running.untilLogged("error", named);
    expect(running.stream.arrivals.map((arrival) => arrival.text)).toEqual([text]);
    await place.asAdmin(`GRANT ${right} TO ${from}; ${ASK}`);
    await running.untilLogged("info", /schema is as it must be again/);
    await pushes(running, `after ${right}`);
    expect(running.logged("error", named)).toHaveLength(1);
  });

  it.each([
    ["EXECUTE ON FUNCTION flagd_sync.record_revision", /permission denied for function record_revision/],
    ["INSERT, UPDATE ON flagd_sync.environment_head", /permission denied for table environment_head/],
    ["INSERT, DELETE ON flagd_sync.revision", /permission denied for table revision/],
  ])("%s: versions come from the rows, which is said once, until it is back", async (right, named) => {
    const running = await serve(place);
    served = running;
    await place.asAdmin(`REVOKE ${right} FROM ${place.role}`);
    await pushes(running, `without ${right}`);
    await pushes(running, `still without ${right}`);
    expect(running.logged("warn", named)).toHaveLength(1);
    expect(running.logged("warn", /could not be recorded/)).toHaveLength(1);
    await place.asAdmin(`GRANT ${right} TO ${place.role}`);
    await pushes(running, `with ${right}`);
    expect(running.logged("info", /revisions are recorded again/)).toHaveLength(1);
    expect(running.logged("error", /./)).toEqual([]);
  });

  it("all writing, before the start: it serves, and says once that versions come from the rows", async () => {
    await place.asAdmin(
      `REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA flagd_sync FROM ${place.role};
       REVOKE ALL ON ALL FUNCTIONS IN SCHEMA flagd_sync FROM ${place.role}`,
    );
    const running = await serve(place);
    served = running;
    await pushes(running, "read only");
    expect(running.logged("warn", /could not be recorded/)).toHaveLength(1);
    expect(running.logged("error", /./)).toEqual([]);
  });

  it("CONNECT: an outage that is named, and over as soon as it is back", async () => {
    const running = await serve(place);
    served = running;
    const name = new URL(place.server.url).pathname.slice(1);
    await place.asAdmin(
      `REVOKE CONNECT ON DATABASE ${name} FROM ${place.role}, PUBLIC;
       GRANT CONNECT ON DATABASE ${name} TO CURRENT_USER`,
    );
    await place.test.database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
      [place.server.name],
    );
    const told = await running.untilLogged("warn", /permission denied for database/);
    expect(told).toMatch(/GRANT CONNECT/);
    await expect(startTestServer(place.server.url)).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: expect.stringContaining("permission denied for database"),
    });
    await place.asAdmin(`GRANT CONNECT ON DATABASE ${name} TO PUBLIC, ${place.role}`);
    await eventually(() =>
      running.running.log.find(({ message }) => message.includes("the database is back")),
    );
    await pushes(running, "after CONNECT");
  });

  it("of the admin side, which it was never given: that is refused, and nothing else is hurt", async () => {
    const running = await serve(place);
    served = running;
    const authorization = `Token ${await createAdministrator(place.test.database, place.sample.projectId)}`;
    const path = `/projects/${place.sample.projectId}/integrations/flagd/`;
    const { address } = running.running;
    for (const _ of [1, 2]) {
      const reply = await askAdmin(address, path, { authorization });
      expect(reply).toMatchObject({
        status: 503,
        body: { detail: expect.stringContaining("migrate up --role NAME --with-admin") },
      });
      expect(reply.headers.get("retry-after")).toBe("60");
    }
    expect(running.logged("warn", /permission denied for table authtoken_token.*--with-admin/)).toHaveLength(
      1,
    );
    const { key } = await createMasterKey(place.test.database, place.sample.organisationId);
    const master = { metadata: { authorization: `Api-Key ${key}` } };
    expect(await syncFlags(address, master)).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("migrate up --role NAME --with-admin"),
    });
    expect(await overHttp("/v1/flags")(address, master)).toMatchObject({ code: 503 });
    expect(running.logged("info", /master API keys cannot be read.*--with-admin/)).toHaveLength(1);
    await pushes(running, "after asking");
  });

  it("USAGE ON SCHEMA flagd_sync, before the start: refused in one line, with what to do", async () => {
    await place.asAdmin(`REVOKE USAGE ON SCHEMA flagd_sync FROM ${place.role}`);
    await expect(startTestServer(place.server.url)).rejects.toMatchObject({
      code: "RIGHTS_MISSING",
      message: expect.stringContaining("permission denied for schema flagd_sync"),
    });
    await place.asAdmin(`GRANT USAGE ON SCHEMA flagd_sync TO ${place.role}`);
  });
});
