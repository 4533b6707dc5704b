/** Issue 6, "Order": whatever happens, each stream gets the revisions in order, and all replicas say the same. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEMO_KEYS, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { runs, SEEDS } from "../../property/seeds.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { startTcpProxy, type TcpProxy, targetOf, throughProxy } from "../../support/tcp-proxy.ts";
import { prepareDatabase } from "../database-away/place.ts";
import { follow, startTestServer } from "../harness.ts";
import {
  Disturb,
  type Model,
  numberIn,
  Pass,
  type Real,
  Schedule,
  Settle,
  seenEverywhere,
  Write,
  WriteSilently,
} from "./model.ts";

type Commands = fc.AsyncCommand<Model, Real>[];

const REPLICAS = [0, 1] as const;
const RUNS = 15;

const terminate = (listening: boolean) => async (real: Real) =>
  await real.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1`,
    [listening ? "flagsmith-flagd listen" : "flagsmith-flagd"],
  );

const replica = fc.constantFrom(...REPLICAS);

const disturbance = fc.oneof(
  fc.constant(new Disturb("terminate listeners", terminate(true))),
  fc.constant(new Disturb("terminate readers", terminate(false))),
  fc.constant(
    new Disturb("resync", ({ database }) => database.query("SELECT pg_notify('flagd_sync', 'anything')")),
  ),
  replica.map((each) => new Disturb(`cut ${each}`, ({ proxies }) => proxies[each]?.cut())),
);

const slowness = fc
  .tuple(replica, fc.constantFrom(0, 10, 40))
  .map(([each, ms]) => new Disturb(`delay ${each} by ${ms} ms`, ({ proxies }) => proxies[each]?.delay(ms)));

/** Not `fc.commands`: that begins with empty and short runs, of which a test with so few has nothing. */
const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }).map((count) => new Write(count)) },
    { weight: 4, arbitrary: fc.constantFrom([0], [1], REPLICAS).map((each) => new Settle(each)) },
    { weight: 2, arbitrary: slowness },
    { weight: 2, arbitrary: disturbance },
    { weight: 1, arbitrary: fc.constant(new WriteSilently()) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 300 }).map((delayMs) => new Schedule(delayMs)) },
    { weight: 2, arbitrary: fc.constant(new Pass()) },
  ),
  { minLength: 10, maxLength: 18 },
);

describe.each(SEEDS)("by %s", (_, seed) => {
  let testDatabase: TestDatabase;
  let sample: SampleProject;
  let servers: Awaited<ReturnType<typeof startTestServer>>[];
  let proxies: TcpProxy[];
  const model: Model = { live: 0, written: 0, scheduled: undefined };
  /** The one version and text of each number, over all streams and runs. */
  const versions = new Map<number, string>();
  const texts = new Map<number, string>();

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    sample = await prepareDatabase(testDatabase.database);
    proxies = await Promise.all(REPLICAS.map(() => startTcpProxy({ target: targetOf(testDatabase.url) })));
    servers = await Promise.all(
      proxies.map((proxy) =>
        startTestServer(throughProxy(testDatabase.url, proxy), { RECONCILE_SECONDS: "1" }),
      ),
    );
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await testDatabase.drop();
  });

  const begin = async (): Promise<{ model: Model; real: Real }> => {
    const streams = servers.map(({ address }) => follow(address, DEMO_KEYS.development));
    const real = { database: testDatabase.database, sample, proxies, streams };
    // each run begins with a number of its own, which everybody has seen
    await new Write(1).run(model, real);
    await seenEverywhere(real, model.live);
    return { model, real };
  };

  const checkEnd = async (real: Real): Promise<void> => {
    if (model.scheduled !== undefined) await new Pass().run(model, real);
    for (const proxy of proxies) proxy.delay(0);
    await seenEverywhere(real, model.live);
    const unrecorded = servers.flatMap(({ log }) =>
      log.filter(({ message }) => /could not be recorded/.test(message)),
    );
    expect(unrecorded).toEqual([]);
    for (const { arrivals } of real.streams) {
      const numbers = arrivals
        .map(({ document }) => numberIn(document))
        .filter((each) => !Number.isNaN(each));
      expect(numbers).toEqual([...new Set(numbers)].sort((left, right) => left - right));
      expect(Math.max(...numbers)).toBe(model.live);
      const seen = arrivals.map(({ document }) => String(document.metadata.version));
      expect(seen).toEqual([...new Set(seen)].sort());
      for (const { document, text } of arrivals) {
        const number = numberIn(document);
        const version = String(document.metadata.version);
        expect({ number, version }).toEqual({ number, version: versions.get(number) ?? version });
        expect(text).toBe(texts.get(number) ?? text);
        versions.set(number, version);
        texts.set(number, text);
      }
    }
  };

  test("each stream gets the revisions in order, and every replica the same", {
    timeout: 240_000,
  }, async () => {
    const property = fc.asyncProperty(commands, async (these) => {
      const setUp = await begin();
      try {
        await fc.asyncModelRun(() => setUp, these);
        await checkEnd(setUp.real);
      } finally {
        for (const stream of setUp.real.streams) stream.close();
      }
    });
    await fc.assert(property, runs(seed, RUNS) as fc.Parameters<[Commands]>);
  });
});
