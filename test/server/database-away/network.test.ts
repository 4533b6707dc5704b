import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEMO_KEYS, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { eventually, type FollowedStream } from "../harness.ts";
import { isOff, isOn, openPlace, type Place, prepareDatabase, RETURN_LIMIT_MS } from "./place.ts";

/** What a stream gets must come so soon after what `act` did. */
async function soonAfter(act: () => void, arrival: () => Promise<{ readonly atMs: number }>): Promise<void> {
  const beganMs = Date.now();
  act();
  const { atMs } = await arrival();
  expect(atMs - beganMs).toBeLessThan(RETURN_LIMIT_MS);
}

describe("the network to the database", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  let place: Place;
  let stream: FollowedStream;
  const open = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
    place = await openPlace({ database: test.database, sample, url: test.url, env });
    stream = place.follow();
    await stream.until(isOff);
  };
  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await prepareDatabase(test.database);
  });
  beforeEach(async () => {
    if (await isToggled()) await toggleBack();
  });
  afterEach(() => place.close());
  afterAll(() => test.drop());

  const isToggled = async (): Promise<boolean> => {
    const rows = await test.database.query(
      "SELECT 1 FROM features_featurestate s JOIN features_feature f ON f.id = s.feature_id WHERE f.name = 'maintenance_mode' AND s.environment_id = $1 AND s.enabled",
      [sample.developmentId],
    );
    return rows.length > 0;
  };
  const toggleBack = (): Promise<unknown> =>
    test.database.query(
      "UPDATE features_featurestate s SET enabled = false FROM features_feature f WHERE f.id = s.feature_id AND f.name = 'maintenance_mode' AND s.environment_id = $1",
      [sample.developmentId],
    );

  it("is cut, and stays so: everybody keeps the last revision, and it is said once how stale it is", async () => {
    await open();
    place.proxy.refuse();
    place.proxy.cut();
    await place.untilLogged(/the database is away/);
    const late = place.follow();
    await late.until(isOff);
    await place.toggle();
    const attempts = place.proxy.accepted;
    await eventually(() => (place.proxy.accepted > attempts + 5 ? true : undefined));
    expect(await place.readiness()).toMatchObject({ status: 200, ready: true, stale: true });
    expect(await place.metric("flagsmith_flagd_staleness_seconds")).toBeGreaterThan(0);
    expect(await place.metric("flagsmith_flagd_listening")).toBe(0);
    const age = await eventually(async () => {
      const answer = await fetch(`http://${place.server.address}/v1/flags`, {
        headers: { "x-environment-key": DEMO_KEYS.development },
      });
      expect(answer.status).toBe(200);
      return answer.headers.get("age") ?? undefined;
    });
    expect(Number(age)).toBeGreaterThanOrEqual(1);
    expect(stream.arrivals).toHaveLength(1);
    await soonAfter(
      () => place.proxy.accept(),
      async () => {
        await late.until(isOn);
        return await stream.until(isOn);
      },
    );
    await place.untilLogged(/the database is back.*awaySeconds/, ["info"]);
    expect(place.complaints()).toHaveLength(1);
    expect(await place.readiness()).toEqual({ status: 200, ready: true, waitingFor: [] });
    expect(await place.metric("flagsmith_flagd_staleness_seconds")).toBe(0);
    expect(await place.metric("flagsmith_flagd_listening")).toBe(1);
  });

  it("freezes under a connection that only listens: found by the probe", async () => {
    await open();
    place.proxy.freeze();
    await place.toggle();
    await eventually(async () => ((await place.readiness()).stale ? true : undefined));
    expect(await place.metric("flagsmith_flagd_staleness_seconds")).toBeGreaterThan(4);
    await soonAfter(
      () => place.proxy.thaw(),
      () => stream.until(isOn),
    );
  });

  it("freezes and thaws before anybody notices: nothing is lost", async () => {
    await open();
    place.proxy.freeze();
    await place.toggle();
    await soonAfter(
      () => place.proxy.thaw(),
      () => stream.until(isOn),
    );
    expect(place.complaints()).toEqual([]);
  });

  it("forgets the open connections without a word: new ones are made", async () => {
    await open();
    place.proxy.strand();
    await place.toggle();
    await stream.until(isOn);
    await place.untilLogged(/back/, ["info"]);
    expect(place.complaints()).toEqual([expect.stringMatching(/the connection that listens was lost/)]);
  });

  it.each([
    ["stranded", "strand"],
    ["cut", "cut"],
  ] as const)("is %s in the middle of a reading", async (_, how) => {
    await open({ LISTEN_DATABASE_URL: test.url, DATABASE_TIMEOUT_MS: "500" });
    place.proxy.afterBytes(2_000, () => place.proxy[how]());
    await place.toggle();
    await stream.until(isOn);
    await place.toggle();
    await stream.until(isOff, 2);
    expect(stream.arrivals).toHaveLength(3);
    expect(place.complaints()).toEqual([]);
  });

  it("freezes in the middle of a reading, and thaws", async () => {
    await open({ LISTEN_DATABASE_URL: test.url, DATABASE_TIMEOUT_MS: "500" });
    place.proxy.afterBytes(2_000, () => place.proxy.freeze());
    await place.toggle();
    await place.untilLogged(/the database is away/);
    await soonAfter(
      () => place.proxy.thaw(),
      () => stream.until(isOn),
    );
  });

  it("half-closes", async () => {
    await open();
    place.proxy.halfClose();
    await place.toggle();
    await stream.until(isOn);
    expect(place.proxy.accepted).toBeGreaterThan(1);
  });

  it("is slow", async () => {
    await open();
    place.proxy.delay(100);
    await place.toggle();
    await stream.until(isOn);
    expect(place.complaints()).toEqual([]);
  });

  it("is away or frozen when the server stops: it stops all the same", async () => {
    await open();
    place.proxy.freeze();
    await place.toggle();
    const beganMs = Date.now();
    await place.server.stop();
    expect(Date.now() - beganMs).toBeLessThan(8_000);
  });
});
