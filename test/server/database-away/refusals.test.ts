import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { setFlagValue, toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { eventually, type FollowedStream } from "../harness.ts";
import { FLAG, isOff, isOn, openPlace, type Place, prepareDatabase } from "./place.ts";

const LISTENER = "application_name = 'flagsmith-flagd listen'";

describe("a database that refuses", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  let role: string;
  let roleUrl: string;
  let place: Place;
  let stream: FollowedStream;

  const open = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
    place = await openPlace({ database: test.database, sample, url: roleUrl, env });
    stream = place.follow();
    await stream.until(isOff);
  };
  /** Ends the server's connections, or those that fulfil the condition; the test's own stay. */
  const terminate = (where = "true"): Promise<unknown> =>
    test.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND datname = current_database() AND ${where}`,
      [role],
    );

  beforeEach(async () => {
    test = await createTestDatabase();
    sample = await prepareDatabase(test.database);
    role = `role_${randomBytes(6).toString("hex")}`;
    await test.database.execute(`
      CREATE ROLE ${role} LOGIN PASSWORD 'first';
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role};
      GRANT USAGE ON SCHEMA flagd_sync TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA flagd_sync TO ${role}`);
    const url = new URL(test.url);
    url.username = role;
    url.password = "first";
    roleUrl = url.href;
  });
  afterEach(async () => {
    await place.close();
    await test.database.execute(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await test.drop();
  });

  it("terminates the backend that listens, alone", async () => {
    await open();
    await terminate(LISTENER);
    await place.toggle();
    await stream.until(isOn);
    await place.untilLogged(/is back/, ["info", "debug"]);
    await place.toggle();
    await stream.until(isOff, 2);
    expect(place.complaints()).toEqual([
      expect.stringMatching(/the connection that listens was lost.*administrator/),
    ]);
    expect(await place.metric("flagsmith_flagd_listening")).toBe(1);
  });

  it("terminates a backend that reads, alone", async () => {
    await open();
    await terminate(`NOT ${LISTENER}`);
    await place.toggle();
    await stream.until(isOn);
    expect(place.complaints()).toEqual([]);
  });

  it("has another password: says so once with advice, and takes the old one when it is back", async () => {
    await open();
    await test.database.execute(`ALTER ROLE ${role} PASSWORD 'second'`);
    await terminate();
    expect(await place.untilLogged(/the database is away/)).toMatch(/password.*correct DATABASE_URL/);
    await place.toggle();
    const attempts = place.proxy.accepted;
    await eventually(() => (place.proxy.accepted > attempts + 5 ? true : undefined));
    await test.database.execute(`ALTER ROLE ${role} PASSWORD 'first'`);
    await stream.until(isOn);
    expect(place.complaints()).toHaveLength(1);
    expect(place.complaints().join()).not.toMatch(/'?first'?/);
  });

  it("has no connection left", async () => {
    await open();
    await test.database.execute(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
    await terminate();
    expect(await place.untilLogged(/the database is away/)).toMatch(/too many connections.*max_connections/);
    await place.toggle();
    const late = place.follow();
    await late.until(isOff);
    await test.database.execute(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
    await stream.until(isOn);
    expect(place.complaints()).toHaveLength(1);
  });

  it("has no time for one environment: that one alone is stale", async () => {
    await open({ DATABASE_TIMEOUT_MS: "300" });
    const other = place.follow(DEMO_KEYS.production);
    await other.until(() => true);
    await test.database.execute(`
      CREATE TABLE slow_environment AS SELECT ${sample.developmentId}::int AS id;
      GRANT SELECT ON slow_environment TO ${role};
      CREATE FUNCTION not_too_fast(environment int) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          IF environment IN (SELECT id FROM slow_environment) THEN PERFORM pg_sleep(60); END IF;
          RETURN true;
        END $$;
      CREATE POLICY slow ON features_featurestate USING (not_too_fast(environment_id));
      ALTER TABLE features_featurestate ENABLE ROW LEVEL SECURITY`);
    await place.toggle();
    const said = await place.untilLogged(/could not read; serving what is known/);
    expect(said).toMatch(
      `"reading":${sample.developmentId},"error":"canceling statement due to statement timeout"`,
    );
    await setFlagValue(
      test.database,
      { flag: "banner_text", environmentKey: DEMO_KEYS.production },
      "still here",
    );
    await other.until(({ flags }) => flags.banner_text?.variants.control === "still here");
    expect(await place.metric("flagsmith_flagd_stale_environments")).toBe(1);
    expect(await place.readiness()).toMatchObject({
      status: 200,
      stale: true,
      reason: expect.stringMatching(/timeout/),
    });
    const ages = async (): Promise<(string | null)[]> => {
      const keys = [DEMO_KEYS.development, DEMO_KEYS.production];
      const answers = keys.map((key) =>
        fetch(`http://${place.server.address}/v1/flags`, { headers: { "x-environment-key": key } }),
      );
      return (await Promise.all(answers)).map(({ headers }) => headers.get("age"));
    };
    const seen = await eventually(async () => {
      const both = await ages();
      return both[0] === null ? undefined : both;
    });
    expect(seen[1]).toBeNull();
    await test.database.execute("DELETE FROM slow_environment");
    await stream.until(isOn);
    await place.untilLogged(/could read again.*staleSeconds/, ["info"]);
    expect(place.complaints()).toHaveLength(1);
    expect(await place.readiness()).not.toHaveProperty("stale");
  });

  it("has no room on its disk: the flags go on, with a version from the rows, and it is said once", async () => {
    await open();
    await test.database.execute(`
      CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON flagd_sync.environment_head
        FOR EACH ROW EXECUTE FUNCTION no_room()`);
    await place.toggle();
    await stream.until(isOn);
    await place.toggle();
    await stream.until(isOff, 2);
    expect(place.complaints()).toEqual([expect.stringMatching(/could not be recorded/)]);
    await test.database.execute("DROP TRIGGER no_room ON flagd_sync.environment_head");
    await place.toggle();
    await stream.until(isOn, 3);
    await place.untilLogged(/recorded again/, ["info"]);
    const versions = stream.arrivals.map(({ document }) => String(document.metadata.version));
    expect(new Set(versions).size).toBe(versions.length);
    expect([...versions].sort()).toEqual(versions);
  });

  it("becomes read-only", async () => {
    await open();
    const name = new URL(test.url).pathname.slice(1);
    await test.database.execute(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await terminate();
    await place.untilLogged(/is back/, ["info", "debug"]);
    await toggleFlag(test.database, { flag: FLAG, environmentKey: DEMO_KEYS.development });
    await stream.until(isOn);
    expect(place.logged(/could not be recorded.*read-only/)).toHaveLength(1);
  });
});
