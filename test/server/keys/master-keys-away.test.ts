import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createSampleProject,
  DEMO_KEYS,
  type SampleProject,
} from "../../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createMasterKey } from "../../support/master-key.ts";
import { createTestRole, quotedRole } from "../../support/roles.ts";
import { eventually, type FollowedStream, follow, startTestServer } from "../harness.ts";
import { openPlace } from "../state-dir/place.ts";
import { syncFlags } from "./callers.ts";

const withKey = (key: string, selector = "*") => ({
  metadata: { authorization: `Api-Key ${key}`, "flagd-selector": selector },
});
const SELECTED = "flagSetId=Demo-shop/Development";

describe("a server that may not read master API keys", { timeout: 30_000 }, () => {
  let test: TestDatabase;
  let sample: SampleProject;
  beforeEach(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
  });
  afterEach(() => test.drop());

  const cannotRead = ({ log }: { log: readonly { message: string }[] }): number =>
    log.filter(({ message }) => message.includes("master API keys cannot be read")).length;

  it("serves environment keys, says so once, and takes the keys up when it is given the right", async () => {
    const { key } = await createMasterKey(test.database, sample.organisationId);
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    const role = await createTestRole(test);
    const name = quotedRole(role.name);
    await test.database.execute(`GRANT USAGE ON SCHEMA flagd_sync TO ${name};
      GRANT SELECT ON ALL TABLES IN SCHEMA public, flagd_sync TO ${name};
      REVOKE ALL ON api_keys_masterapikey FROM ${name}`);
    const server = await startTestServer(role.url, { FAILURES_PER_MINUTE: "0" });
    try {
      expect(
        await syncFlags(server.address, { metadata: { "x-environment-key": DEMO_KEYS.development } }),
      ).toEqual({
        flagSetId: "Demo-shop/Development",
      });
      expect(await syncFlags(server.address, withKey(key))).toMatchObject({
        code: "UNAVAILABLE",
        message: expect.stringContaining("may not read Flagsmith's master API keys"),
      });
      await createMasterKey(test.database, sample.organisationId);
      expect(cannotRead(server)).toBe(1);
      await test.database.execute(`GRANT SELECT ON api_keys_masterapikey TO ${name}`);
      await createMasterKey(test.database, sample.organisationId);
      await eventually(async () =>
        "flagSetId" in (await syncFlags(server.address, withKey(key, SELECTED))) ? true : undefined,
      );
      expect(cannotRead(server)).toBe(1);
      const stream = follow(server.address, withKey(key, SELECTED));
      await stream.until(() => true);
      await test.database.execute(`REVOKE SELECT ON api_keys_masterapikey FROM ${name}`);
      await createMasterKey(test.database, sample.organisationId);
      expect(await stream.ended).toMatchObject({
        code: status.UNAVAILABLE,
        details: expect.stringContaining("may not read Flagsmith's master API keys"),
      });
      expect(stream.arrivals).toHaveLength(1);
    } finally {
      await server.stop();
      await role.drop();
    }
  });

  it("or has no table of them at all, does the same", async () => {
    await test.database.execute("DROP TABLE api_keys_masterapikey CASCADE");
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    const server = await startTestServer(test.url);
    try {
      expect(
        await syncFlags(server.address, { metadata: { "x-environment-key": DEMO_KEYS.development } }),
      ).toEqual({
        flagSetId: "Demo-shop/Development",
      });
      expect(await syncFlags(server.address, withKey("abcdefgh.secret"))).toMatchObject({
        code: "UNAVAILABLE",
      });
      expect(cannotRead(server)).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

describe("a master API key while the database is away", { timeout: 90_000 }, () => {
  const streams: FollowedStream[] = [];
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });
  const open = (address: string, request: ReturnType<typeof withKey>): FollowedStream => {
    const stream = follow(address, request);
    streams.push(stream);
    return stream;
  };

  it("opens what was kept in STATE_DIR, where only its hash is", async () => {
    const place = await openPlace();
    try {
      const { key } = await createMasterKey(place.database, place.sample.organisationId);
      const first = await place.start();
      await open(first.address, withKey(key)).until(() => true);
      await place.stop(first);
      await place.postgres.halt("crash");
      const file = readFileSync(join(place.path, "directory.state"));
      const body = gunzipSync(file.subarray(file.indexOf(Buffer.from([0x1f, 0x8b])))).toString();
      expect(body).toContain("pbkdf2_sha256$");
      expect(body).not.toContain(key.slice(9));

      const server = await place.start();
      const stream = open(server.address, withKey(key));
      await stream.until(() => true);
      await stream.until(() => true, 1);
      expect(stream.arrivals.map(({ document }) => document.metadata.flagSetId).sort()).toEqual([
        "Demo-shop/Development",
        "Demo-shop/Production",
      ]);
      await place.postgres.resume();
      await eventually(async () => {
        await place.database.query("UPDATE api_keys_masterapikey SET revoked = true").catch(() => undefined);
        return Promise.race([
          stream.ended,
          new Promise<undefined>((resolve) => setImmediate(resolve, undefined)),
        ]);
      });
      expect(await stream.ended).toMatchObject({ code: status.UNAUTHENTICATED });
    } finally {
      await place.remove();
    }
  });
});
