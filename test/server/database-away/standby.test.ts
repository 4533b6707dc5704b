import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { createFlagsmithTables } from "../../../src/demo/tables/flagsmith-tables.ts";
import { type Database, openDatabase } from "../../../src/postgres/connection/database.ts";
import { describeWithInstalledPostgres } from "../../support/installed-postgres.ts";
import { type ReplicatedPostgres, startReplicatedPostgres } from "../../support/replicated-postgres.ts";
import { eventually } from "../harness.ts";
import { FLAG, isOff, isOn, openPlace, type Place, prepareDatabase } from "./place.ts";

const open = (connectionString: string): Database =>
  openDatabase({ connectionString, applicationName: "test", onIdleError: () => undefined });

describeWithInstalledPostgres("a standby", (bin) => {
  let postgres: ReplicatedPostgres;
  let primary: Database;
  let standby: Database;
  let sample: SampleProject;
  let place: Place | undefined;

  const replicated = (): Promise<true> =>
    eventually(async () => {
      const rows = await primary.query(
        "SELECT 1 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_flush_lsn()",
      );
      return rows.length > 0 ? true : undefined;
    });
  const openServer = async (env: Readonly<Record<string, string>> = {}): Promise<Place> => {
    await replicated();
    place = await openPlace({ database: primary, sample, url: postgres.standby.url, env });
    return place;
  };
  beforeAll(async () => {
    postgres = await startReplicatedPostgres(bin);
    primary = open(postgres.primary.url);
    standby = open(postgres.standby.url);
    await createFlagsmithTables(primary);
    sample = await prepareDatabase(primary);
  });
  afterEach(async () => {
    await place?.close();
    place = undefined;
  });
  afterAll(async () => {
    await Promise.all([primary.close(), standby.close()]);
    await postgres.stop();
  });

  it("is read while the primary is listened to: what is announced before it can be read comes all the same", async () => {
    const { follow, proxy, toggle } = await openServer({ LISTEN_DATABASE_URL: postgres.primary.url });
    const stream = follow();
    await stream.until(isOff);
    await standby.execute("SELECT pg_wal_replay_pause()");
    // only readings pass the proxy; after so many bytes the one that the notification asked for has seen its moment
    const read = new Promise<void>((resolve) => proxy.afterBytes(20_000, resolve));
    await toggle();
    await read;
    expect(stream.arrivals).toHaveLength(1);
    await standby.execute("SELECT pg_wal_replay_resume()");
    await stream.until(isOn);
    await toggle();
    await stream.until(isOff, 2);
  });

  it("is served from, and said to be one; once promoted (the last test here), it is listened to", async () => {
    const { follow, untilLogged, readiness, metric, logged, toggle } = await openServer();
    expect(await untilLogged(/DATABASE_STANDBY/)).toMatch(/Name the primary/);
    expect(await readiness()).toMatchObject({
      ready: true,
      stale: true,
      reason: expect.stringMatching(/standby/),
    });
    expect(await metric("flagsmith_flagd_listening")).toBe(0);
    const stream = follow();
    await stream.until(isOff);
    await toggle();
    await stream.until(isOn);
    expect(logged(/DATABASE_STANDBY/)).toHaveLength(1);
    await postgres.promote();
    await untilLogged(/a primary now/, ["info"]);
    await toggleFlag(standby, { flag: FLAG, environmentKey: DEMO_KEYS.development });
    await stream.until(isOff, 2);
    expect(await metric("flagsmith_flagd_listening")).toBe(1);
    await eventually(async () => ((await readiness()).stale ? undefined : true));
  });
});
