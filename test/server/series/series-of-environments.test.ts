/** Series that concern a whole environment or project, and series in the middle of which something else happens. */
import { afterEach, describe, expect, it } from "vitest";
import { scheduleToggle } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { deleteProject } from "../../../src/demo/writer/change-places.ts";
import { beginClone, fillClone } from "../../../src/demo/writer/clone-environment.ts";
import { disableV2Versioning, enableV2Versioning } from "../../../src/demo/writer/switch-versioning.ts";
import { createServerKey } from "../../../src/demo/writer/write-keys.ts";
import { createIdentityOverride } from "../../../src/demo/writer/write-overrides.ts";
import { startTcpProxy, type TcpProxy, targetOf, throughProxy } from "../../support/tcp-proxy.ts";
import { eventually, follow, startTestServer } from "../harness.ts";
import { paced } from "./paced.ts";
import { watchFlags } from "./seen-flags.ts";
import {
  createServedSample,
  openSeriesPlace,
  SETTLE,
  type Series,
  type SeriesPlace,
} from "./series-place.ts";
import { presentFlags } from "./whole-states.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(options?: Parameters<typeof openSeriesPlace>[0]): Promise<SeriesPlace> {
  const place = await openSeriesPlace(options);
  closing.push(() => place.close());
  return place;
}

describe("series of a whole environment", () => {
  it("v2 versioning comes: nobody sees anything", async () => {
    const place = await open();
    const { developmentId } = place.sample;
    const series = { environment: "development", pausesMs: [0, 1, 5] } as const;
    expect(
      await place.replay({ ...series, run: (database) => enableV2Versioning(database, developmentId) }),
    ).toEqual([]);
  });

  it("v2 versioning goes: no flag vanishes, however long the environment has none", async () => {
    const place = await open();
    const { productionId } = place.sample;
    // longer than the settle time: it is the impossible state that is waited for, not quiet
    const series = { environment: "production", pausesMs: [600], alone: true } as const;
    expect(
      await place.replay({ ...series, run: (database) => disableV2Versioning(database, productionId) }),
    ).toEqual([]);
  });

  it("a clone has no document before it is whole", async () => {
    const place = await open();
    const { database } = place.test;
    const { developmentId } = place.sample;
    const cloneId = await beginClone(database, { environmentId: developmentId, name: "Clone" });
    const key = "ser.key-of-the-clone";
    await createServerKey(database, { environmentId: cloneId, name: "early", key });
    await eventually(async () => {
      const answer = await fetch(`http://${place.address}/v1/flags`, {
        headers: { "x-environment-key": key },
      });
      return answer.status === 503 ? true : undefined;
    });
    const seen = watchFlags(place.address, key);
    await fillClone(paced(database, { pausesMs: [0, 0, 0, 0, 0, 0, 0, 1] }), developmentId, cloneId);
    const whole = await presentFlags(database, cloneId);
    expect(whole.size).toBe(place.sample.featureIds.size);
    await seen.shows(whole);
    await seen.close();
    for (const flags of [...seen.ways.stream, ...seen.ways.http]) expect(flags).toEqual(whole);
  });

  it("a deleted project: streams end, and nobody sees it fall apart", async () => {
    const place = await open();
    const { database } = place.test;
    const before = await presentFlags(database, place.sample.developmentId);
    const seen = watchFlags(place.address, DEMO_KEYS.development);
    await seen.shows(before);
    await deleteProject(
      paced(database, { pausesMs: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] }),
      place.sample.projectId,
    );
    await seen.stream.ended;
    await seen.close();
    for (const flags of [...seen.ways.stream, ...seen.ways.http]) expect(flags).toEqual(before);
  });
});

describe("in the middle of a series", () => {
  it("the connection that listens is lost: what nobody announced is looked at twice", async () => {
    const { place, proxy } = await openBehindProxy();
    const faults = await place.replay({
      ...overrideForLinus(place),
      async onTransaction(count) {
        if (count === 1) {
          proxy.cut();
          proxy.refuse();
        }
        if (count !== 2) return;
        // the state with the initial value is there now, and nobody heard of it
        proxy.accept();
        await eventually(() => place.log.find(({ message }) => message.includes("is looked at again")));
      },
    });
    expect(faults).toEqual([]);
  });

  it("notifications are slower than readings: what a reading saw is heard of before it is shown", async () => {
    const { place, proxy } = await openBehindProxy();
    const { database } = place.test;
    const stream = follow(place.address, DEMO_KEYS.development);
    closing.push(async () => stream.close());
    await stream.until(() => true);
    const toggled = { flag: "dark_theme", environmentKey: DEMO_KEYS.development };
    const { liveFrom } = await scheduleToggle(database, { ...toggled, delayMs: 4_000 });
    proxy.delay(900);
    await createIdentityOverride(
      paced(database, {
        pausesMs: [0],
        async onTransaction() {
          const [state] = await database.query(STATE_OF_LINUS);
          // all is read when the other flag goes live, with the state in it, while its notification still travels
          if (state !== undefined) await stream.until(({ flags }) => flags.dark_theme?.state === "DISABLED");
          else
            await database.query("SELECT pg_sleep(extract(epoch FROM $1::timestamptz - now()) - 0.4)", [
              liveFrom,
            ]);
        },
      }),
      contentForLinus(place),
    );
    const { document } = await stream.until(
      ({ flags }) => "override_linus" in (flags.banner_text?.variants ?? {}),
    );
    expect(document.flags.banner_text?.variants.override_linus).toBe("for Linus");
    const banners = stream.arrivals.map((arrival) => JSON.stringify(arrival.document.flags.banner_text));
    expect(banners.filter((text) => text.includes('"linus"') && !text.includes("for Linus"))).toEqual([]);
  });

  it("a replica starts while the environment has no flags: its first document has them all", async () => {
    const { test, sample } = await createServedSample();
    closing.push(() => test.drop());
    const { database } = test;
    const before = await presentFlags(database, sample.productionId);
    let started: Awaited<ReturnType<typeof startTestServer>> | undefined;
    await disableV2Versioning(
      paced(database, {
        pausesMs: [0],
        async onTransaction() {
          const present = await presentFlags(database, sample.productionId);
          if (present.size > 0 || started !== undefined) return;
          started = await startTestServer(test.url, SETTLE);
        },
      }),
      sample.productionId,
    );
    const server = started;
    if (server === undefined) throw new Error("the environment never was without flags");
    closing.push(() => server.stop());
    const seen = watchFlags(server.address, DEMO_KEYS.production);
    await seen.shows(await presentFlags(database, sample.productionId));
    await seen.close();
    expect([...(seen.ways.stream[0]?.keys() ?? [])]).toEqual([...before.keys()]);
  });
});

/** A place whose server listens through a proxy; with a settle time that no step of these tests outlasts. */
async function openBehindProxy(): Promise<{ readonly place: SeriesPlace; readonly proxy: TcpProxy }> {
  let proxy: TcpProxy | undefined;
  const place = await open(async (databaseUrl) => {
    proxy = await startTcpProxy({ target: targetOf(databaseUrl) });
    return { LISTEN_DATABASE_URL: throughProxy(databaseUrl, proxy), SETTLE_MS: "3000" };
  });
  if (proxy === undefined) throw new Error("no proxy");
  closing.push(() => (proxy as TcpProxy).close());
  return { place, proxy };
}

const STATE_OF_LINUS = `SELECT 1 FROM features_featurestate s JOIN environments_identity i ON i.id = s.identity_id
 WHERE i.identifier = 'linus' AND s.feature_id = (SELECT id FROM features_feature WHERE name = 'banner_text')`;

const contentForLinus = ({ sample }: SeriesPlace) => ({
  environmentId: sample.developmentId,
  featureId: sample.featureIds.get("banner_text") ?? 0,
  identifier: "linus",
  enabled: true,
  value: "for Linus",
});

/** An identity, a state with the feature's initial value, and then its value: a transaction each. */
function overrideForLinus(place: SeriesPlace): Series {
  return {
    environment: "development",
    pausesMs: [0],
    alone: true,
    run: (paced) => createIdentityOverride(paced, contentForLinus(place)),
  };
}
