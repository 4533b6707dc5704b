import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../src/demo/cluster/embedded-postgres.ts";
import { DEMO_KEYS, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { createFlagsmithTables } from "../../../src/demo/tables/flagsmith-tables.ts";
import { type Database, openDatabase } from "../../../src/postgres/connection/database.ts";
import { targetOf } from "../../support/tcp-proxy.ts";
import type { FollowedStream } from "../harness.ts";
import { cloneCluster, killPostmaster, revive, withAddressOf } from "./clusters.ts";
import { FLAG, isOff, isOn, openPlace, type Place, prepareDatabase, RETURN_LIMIT_MS } from "./place.ts";

const open = (connectionString: string): Database =>
  openDatabase({ connectionString, applicationName: "test", onIdleError: () => undefined });

describe("the database server", () => {
  let postgres: EmbeddedPostgres;
  let database: Database;
  let sample: SampleProject;
  let place: Place;
  let stream: FollowedStream;

  const openServer = async (): Promise<void> => {
    place = await openPlace({ database, sample, url: postgres.url });
    stream = place.follow();
    await stream.until(isOff);
  };
  beforeEach(async () => {
    postgres = await startEmbeddedPostgres();
    database = open(postgres.url);
    await createFlagsmithTables(database);
    sample = await prepareDatabase(database);
    await database.execute("CHECKPOINT");
  });
  afterEach(async () => {
    await place.close();
    await database.close();
    await postgres.stop();
  });

  it.each([
    ["is restarted", (): Promise<void> => postgres.halt(), (): Promise<void> => postgres.resume()],
    ["crashes", (): Promise<void> => postgres.halt("crash"), (): Promise<void> => postgres.resume()],
    [
      "is killed with SIGKILL",
      (): Promise<void> => killPostmaster(postgres),
      (): Promise<void> => revive(postgres),
    ],
  ])(
    "%s: streams keep the last revision, new ones get it, and what changes then comes at once",
    async (_, end, begin) => {
      await openServer();
      await end();
      await place.untilLogged(/the database is away/);
      const late = place.follow();
      await late.until(isOff);
      await begin();
      const backMs = Date.now();
      // behind the triggers' back: only reading again finds it
      await database.execute(
        `SET session_replication_role = replica; UPDATE features_featurestate SET enabled = true; SET session_replication_role = origin`,
      );
      const { atMs } = await stream.until(isOn);
      expect(atMs - backMs).toBeLessThan(RETURN_LIMIT_MS);
      await late.until(isOn);
      await place.untilLogged(/the database is back/, ["info"]);
      await place.toggle();
      await stream.until(isOff, 2);
      expect(place.complaints()).toHaveLength(1);
      expect(await place.readiness()).not.toHaveProperty("stale");
    },
  );

  it("fails over to another address: what differs there comes, and LISTEN is there", async () => {
    const copy = await cloneCluster(postgres);
    const there = open(withAddressOf(postgres.url, copy));
    try {
      await openServer();
      await toggleFlag(there, { flag: FLAG, environmentKey: DEMO_KEYS.development });
      place.proxy.retarget(targetOf(copy.url));
      place.proxy.cut();
      await postgres.halt("crash");
      await stream.until(isOn);
      await place.untilLogged(/is back/, ["info"]);
      await toggleFlag(there, { flag: FLAG, environmentKey: DEMO_KEYS.development });
      const beganMs = Date.now();
      const { atMs } = await stream.until(isOff, 2);
      expect(atMs - beganMs).toBeLessThan(RETURN_LIMIT_MS);
      expect(stream.arrivals).toHaveLength(3);
      expect(await place.metric("flagsmith_flagd_listening")).toBe(1);
    } finally {
      await there.close();
      await copy.stop();
    }
  });
});
