import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { describeWithPgBouncer, type PgBouncer, startPgBouncer } from "../../support/pgbouncer.ts";
import { eventually } from "../harness.ts";
import { isOff, isOn, openPlace, type Place, prepareDatabase } from "./place.ts";

describeWithPgBouncer("a pooler between the server and the database", (program) => {
  let test: TestDatabase;
  let sample: SampleProject;
  let pooler: PgBouncer;
  let place: Place;
  const open = async (mode: "transaction" | "session", env = {}): Promise<void> => {
    pooler = await startPgBouncer(program, test.url, mode);
    place = await openPlace({ database: test.database, sample, url: pooler.url, env });
  };
  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await prepareDatabase(test.database);
  });
  afterEach(async () => {
    await place.close();
    await pooler.stop();
  });
  afterAll(() => test.drop());

  it("per transaction: LISTEN is deaf, which is said with what to do; changes come by polling", async () => {
    await open("transaction");
    expect(await place.untilLogged(/LISTENER_DEAF/)).toMatch(/Set LISTEN_DATABASE_URL/);
    expect(await place.metric("flagsmith_flagd_listening")).toBe(0);
    expect(await place.readiness()).toMatchObject({
      ready: true,
      stale: true,
      reason: expect.stringMatching(/pooler/),
    });
    const stream = place.follow();
    await stream.until(isOff);
    await place.toggle();
    await stream.until(isOn);
    await place.toggle();
    await stream.until(isOff, 2);
    expect(place.logged(/LISTENER_DEAF/)).toHaveLength(1);
    expect(place.logged(/without a notification/)).toEqual([]);
    expect(await place.metric("flagsmith_flagd_staleness_seconds")).toBeLessThan(10);
  });

  it.each([
    ["per session", "session", false],
    ["per transaction, with LISTEN_DATABASE_URL", "transaction", true],
  ] as const)("%s: notifications arrive, and nothing is said", async (_, mode, apart) => {
    await open(mode, apart ? { LISTEN_DATABASE_URL: test.url } : {});
    const stream = place.follow();
    await stream.until(isOff);
    await place.toggle();
    await stream.until(isOn);
    await place.toggle();
    await stream.until(isOff, 2);
    expect(await place.metric("flagsmith_flagd_listening")).toBe(1);
    expect(place.complaints()).toEqual([]);
  });

  it("is taken away and put back", async () => {
    await open("transaction", { LISTEN_DATABASE_URL: test.url });
    const stream = place.follow();
    await stream.until(isOff);
    place.proxy.refuse();
    place.proxy.cut();
    await place.toggle();
    await place.untilLogged(/the database is away/);
    place.proxy.accept();
    await stream.until(isOn);
    await eventually(() => place.logged(/is back/, ["info"])[0]);
  });
});
