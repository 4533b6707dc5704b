import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { eventually, follow, startTestServer } from "../harness.ts";
import { type DriftPlace, openDriftPlace } from "./place.ts";

/** On a busy machine, where everything is some times slower. */
const LIMIT_MS = 120_000;

const ASK = 'SELECT pg_notify(\'flagd_sync\', \'{"v":1,"kind":"everything"}\')';

describe("an upgrade of Flagsmith changes columns under a running server", { timeout: LIMIT_MS }, () => {
  let place: DriftPlace;
  beforeEach(async () => {
    place = await openDriftPlace();
  });
  afterEach(() => place.close());

  it("adds one: nothing happens", async () => {
    await place.migrate(
      `ALTER TABLE features_feature ADD COLUMN lifecycle_stage varchar(50) DEFAULT 'live' NOT NULL; ${ASK}`,
    );
    await place.pushes("after the upgrade");
    expect(await place.ready()).toEqual({ status: 200, ready: true, waitingFor: [] });
    expect(place.stream.arrivals).toHaveLength(2);
  });

  it("drops an optional one, and brings it back: read without it, then with it", async () => {
    const infos = (): number => place.logged("info", "columns changed").length;
    await place.migrate(
      `ALTER TABLE multivariate_multivariatefeatureoption DROP COLUMN key CASCADE; DROP TABLE cohorts_cohort CASCADE; ${ASK}`,
    );
    await eventually(() => (infos() === 1 ? true : undefined));
    await place.pushes("without");
    await place.migrate(
      `ALTER TABLE multivariate_multivariatefeatureoption ADD COLUMN key varchar(255); ${ASK}`,
    );
    await eventually(() => (infos() === 2 ? true : undefined));
    await place.pushes("with");
    expect(place.logged("error", "")).toEqual([]);
    expect(await place.ready()).toEqual({ status: 200, ready: true, waitingFor: [] });
  });

  it("renames one that is needed: the last documents stay, it is named once, and all goes on when it is back", async () => {
    const text = place.stream.arrivals.at(-1)?.text;
    await place.migrate("ALTER TABLE features_feature RENAME COLUMN name TO feature_name");
    await place.test.database.execute("UPDATE features_featurestate SET enabled = NOT enabled");
    const answer = await place.problems("column features_feature.name is missing");
    expect(answer).toMatchObject({ status: 200, ready: true, state: "schema_changed", stale: true });
    expect(await place.metric()).toBe(1);
    expect(place.stream.arrivals.map((arrival) => arrival.text)).toEqual([text]);

    await place.migrate("ALTER TABLE features_feature RENAME COLUMN feature_name TO name");
    await place.stream.until(() => true, 1);
    expect(await place.problems()).toEqual({ status: 200, ready: true, waitingFor: [] });
    expect(await place.metric()).toBe(0);
    const errors = place.logged("error", "");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/features_feature\.name is missing.*upgrade flagsmith-flagd/);
    expect(place.logged("warn", "could not read")).toEqual([]);
  });

  it("makes an id a bigint: not read as something else", async () => {
    await place.migrate(`ALTER TABLE features_feature ALTER COLUMN id TYPE bigint; ${ASK}`);
    await place.problems("column features_feature.id is of type int8, needed is int4");
    await place.migrate(`ALTER TABLE features_feature ALTER COLUMN id TYPE integer; ${ASK}`);
    await place.problems();
    await place.pushes("back");
  });

  it("rewrites a table: read again, nothing lost", async () => {
    await place.migrate("ALTER TABLE features_feature ALTER COLUMN description TYPE varchar(5000)");
    await place.pushes("after the rewrite");
    expect(place.logged("warn", "could not read")).toEqual([]);
    expect(place.stream.arrivals).toHaveLength(2);
    expect(await place.problems()).toMatchObject({ status: 200 });
  });
});

describe("a server is started while the schema does not fit", { timeout: LIMIT_MS }, () => {
  it("serves the documents that it kept, and reads again when the schema fits", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "flagd-state-"));
    const env = { STATE_DIR: stateDir };
    const place = await openDriftPlace(env);
    try {
      const { text } = place.stream.arrivals[0] ?? {};
      await place.server.stop();
      for (const [change, back] of [
        [
          "ALTER TABLE features_feature RENAME COLUMN name TO other",
          "ALTER TABLE features_feature RENAME COLUMN other TO name",
        ],
        ["ALTER SCHEMA flagd_sync RENAME TO aside", "ALTER SCHEMA aside RENAME TO flagd_sync"],
      ] as const) {
        await place.migrate(change);
        const server = await startTestServer(place.test.url, env);
        const stream = follow(server.address, DEMO_KEYS.development);
        expect((await stream.until(() => true)).text).toBe(text);
        const ready = `http://127.0.0.1:${server.managementPort}/readyz`;
        expect(await (await fetch(ready)).json()).toMatchObject({ ready: true, stale: true });
        await place.migrate(back);
        await eventually(async () =>
          "stale" in ((await (await fetch(ready)).json()) as object) ? undefined : true,
        );
        stream.close();
        await server.stop();
      }
      await place.migrate("ALTER TABLE features_feature RENAME COLUMN name TO other");
      await expect(startTestServer(place.test.url)).rejects.toMatchObject({ code: "DATABASE_UNSUPPORTED" });
    } finally {
      await place.close();
      await rm(stateDir, { recursive: true, force: true });
    }
  });
});
