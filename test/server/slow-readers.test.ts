import { connect } from "node:http2";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../src/app/start-server.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type Clock, systemClock } from "../../src/support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually, follow } from "./harness.ts";

const SLOW_READER_MS = 30_000;
const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

/** The machine's clock, but for the timers of slow readers, which go off when told to. */
class PatientClock implements Clock {
  #aheadMs = 0;
  #due: (() => void)[] = [];

  now(): number {
    return systemClock.now();
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#aheadMs;
  }

  after(delayMs: number, call: () => void) {
    if (delayMs !== SLOW_READER_MS) return systemClock.after(delayMs, call);
    this.#due.push(call);
    return {
      cancel: () => {
        this.#due = this.#due.filter((each) => each !== call);
      },
    };
  }

  /** Whether somebody is waited for. */
  get waits(): boolean {
    return this.#due.length > 0;
  }

  slowReadersAreOver(): void {
    this.#aheadMs += SLOW_READER_MS;
    for (const call of this.#due.splice(0)) call();
  }
}

let test: TestDatabase;
let server: RunningServer;
const clock = new PatientClock();
const silent = (): void => undefined;

beforeEach(async () => {
  test = await createTestDatabase();
  const sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
  server = await startServer({
    config: loadConfig({
      env: { DATABASE_URL: test.url, HOST: "127.0.0.1", SYNC_PORT: "0", MANAGEMENT_PORT: "0" },
    }),
    clock,
    random: Math.random,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    version: "test",
  });
});
afterEach(async () => {
  await server.stop();
  await test.drop();
});

it("a reader that takes nothing is ended with UNAVAILABLE and counted; its neighbours hear every change", async () => {
  const address = `127.0.0.1:${server.syncPort}`;
  const good = follow(address, PLACE.environmentKey);
  await good.until(() => true);
  await eventually(() => (clock.waits ? undefined : true));

  const session = connect(`http://${address}`, { settings: { initialWindowSize: 0 } });
  session.on("error", silent);
  const deaf = session.request({
    ":method": "POST",
    ":path": "/flagd.sync.v1.FlagSyncService/SyncFlags",
    "content-type": "application/grpc",
    "x-environment-key": PLACE.environmentKey,
  });
  deaf.on("error", silent);
  deaf.end(Buffer.alloc(5));
  await new Promise((resolve) => deaf.once("response", resolve));
  for (let change = 1; change <= 3; change++) {
    await toggleFlag(test.database, PLACE);
    await eventually(() => (good.arrivals.length > change ? true : undefined));
  }
  await eventually(() => (clock.waits ? true : undefined));
  clock.slowReadersAreOver();

  const trailers = new Promise<Record<string, unknown>>((resolve) => deaf.once("trailers", resolve));
  session.settings({ initialWindowSize: 1_000_000 });
  deaf.resume();
  expect((await trailers)["grpc-status"]).toBe("14");
  const metrics = await (await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).text();
  expect(metrics).toContain('flagsmith_flagd_stream_duration_seconds_count{reason="slow"} 1');
  expect(metrics).toContain("flagsmith_flagd_active_streams 1");
  await toggleFlag(test.database, PLACE);
  await eventually(() => (good.arrivals.length > 4 ? true : undefined));
  session.destroy();
  good.close();
});
