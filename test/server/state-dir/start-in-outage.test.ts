import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { createServerKey } from "../../../src/demo/writer/write-keys.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { systemClock } from "../../../src/support/clock.ts";
import { eventually, type FollowedStream, follow, type SeenDocument } from "../harness.ts";
import { ask, logged, metric, openPlace, type Place, type TestServer } from "./place.ts";

const FLAG = "maintenance_mode";
const DEVELOPMENT = { flag: FLAG, environmentKey: DEMO_KEYS.development };
const isOn = ({ flags }: SeenDocument): boolean => flags[FLAG]?.state === "ENABLED";
const isOff = (document: SeenDocument): boolean => !isOn(document);

describe("a server that starts while the database is away", { timeout: 90_000 }, () => {
  let place: Place;
  const streams: FollowedStream[] = [];
  const open = (server: TestServer, key: string): FollowedStream => {
    const stream = follow(server.address, key);
    streams.push(stream);
    return stream;
  };
  /** Serves once, so that everything is kept, and takes the database away. */
  const keepAndHalt = async (): Promise<readonly string[]> => {
    const server = await place.start();
    const texts = await Promise.all(
      [DEMO_KEYS.development, DEMO_KEYS.production].map(
        async (key) => (await open(server, key).until(() => true)).text,
      ),
    );
    await place.stop(server);
    await place.postgres.halt("crash");
    return texts;
  };
  beforeEach(async () => {
    place = await openPlace();
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close();
    await place.remove();
  });

  it("serves what was kept, says that it is stale, and takes up the database when it is back", async () => {
    const [developmentText, productionText] = await keepAndHalt();
    const server = await place.start();
    const development = open(server, DEMO_KEYS.development);
    const production = open(server, DEMO_KEYS.production);
    expect((await development.until(() => true)).text).toBe(developmentText);
    expect((await production.until(() => true)).text).toBe(productionText);
    expect(await open(server, "ser.nobodys").ended).toMatchObject({ code: status.UNAUTHENTICATED });
    const readyz = await ask(server, "/readyz");
    expect(readyz.status).toBe(200);
    expect(JSON.parse(readyz.text)).toMatchObject({ ready: true, stale: true });
    expect(await metric(server, "flagsmith_flagd_staleness_seconds")).toBeGreaterThan(0);
    expect(logged(server, /serving the documents kept in STATE_DIR/)).toHaveLength(1);
    expect(logged(server, /is away/)).toHaveLength(1);

    await place.postgres.resume();
    await toggleFlag(place.database, DEVELOPMENT);
    await development.until(isOn);
    await eventually(async () =>
      (await metric(server, "flagsmith_flagd_staleness_seconds")) === 0 ? true : undefined,
    );
    await toggleFlag(place.database, DEVELOPMENT);
    await development.until(isOff, 2);
    expect(development.arrivals).toHaveLength(3);
    expect(production.arrivals).toHaveLength(1);
  });

  it("brings what changed while nobody served", async () => {
    await keepAndHalt();
    await place.postgres.resume();
    await toggleFlag(place.database, DEVELOPMENT);
    await place.database.execute("CHECKPOINT");
    await place.postgres.halt();
    const server = await place.start();
    const stream = open(server, DEMO_KEYS.development);
    await stream.until(isOff);
    await place.postgres.resume();
    await stream.until(isOn);
    expect(stream.arrivals).toHaveLength(2);
  });

  it("takes the version that the replicas agree on, also of a content that it knows", async () => {
    const [text = ""] = await keepAndHalt();
    await place.postgres.resume();
    const other = await place.start({ STATE_DIR: "" });
    const others = open(other, DEMO_KEYS.development);
    for (const [count, condition] of [isOn, isOff].entries()) {
      await toggleFlag(place.database, DEVELOPMENT);
      await others.until(condition, count + 1);
    }
    const agreed = others.arrivals.at(-1)?.text;
    await place.stop(other);
    await place.database.execute("CHECKPOINT");
    await place.postgres.halt();
    const server = await place.start();
    const early = open(server, DEMO_KEYS.development);
    expect((await early.until(() => true)).text).toBe(text);
    await place.postgres.resume();
    await eventually(async () =>
      (await metric(server, "flagsmith_flagd_staleness_seconds")) === 0 ? true : undefined,
    );
    expect((await open(server, DEMO_KEYS.development).until(() => true)).text).toBe(agreed);
    expect(agreed).not.toBe(text);
    expect(early.arrivals).toHaveLength(1);
  });

  it.each([
    ["without STATE_DIR", { STATE_DIR: "" }],
    ["with nothing kept", {}],
  ])("does not start %s", async (_, env) => {
    await place.postgres.halt();
    await expect(place.start(env)).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
  });

  it("refuses keys that have expired, and ends streams when their key does", async () => {
    const key = (name: string, afterMs: number) =>
      createServerKey(place.database, {
        environmentId: place.sample.developmentId,
        name,
        expiresAt: new Date(Date.now() + afterMs),
      });
    const [soon, later] = [await key("soon", 1_500), await key("later", 6_000)];
    await keepAndHalt();
    const server = await place.start();
    const expired = await eventually(async () => {
      const stream = open(server, soon.key);
      const ended = await Promise.race([stream.ended, stream.until(() => true).catch(() => undefined)]);
      return ended !== undefined && "code" in ended ? ended : undefined;
    });
    expect(expired.code).toBe(status.UNAUTHENTICATED);
    const living = open(server, later.key);
    await living.until(isOff);
    expect((await living.ended).code).toBe(status.UNAUTHENTICATED);
  });

  it("does not take an expired key for good because its own clock lags", async () => {
    const expired = await createServerKey(place.database, {
      environmentId: place.sample.developmentId,
      name: "expired",
      expiresAt: new Date(Date.now() - 60_000),
    });
    await keepAndHalt();
    const server = await place.start({}, { ...systemClock, now: () => Date.now() - 3_600_000 });
    expect((await open(server, expired.key).ended).code).toBe(status.UNAUTHENTICATED);
    await open(server, DEMO_KEYS.development).until(isOff);
  });

  it("counts the age of what it serves from when that was last known to be true", async () => {
    await keepAndHalt();
    const server = await place.start({}, { ...systemClock, now: () => Date.now() + 3_600_000 });
    expect(await metric(server, "flagsmith_flagd_staleness_seconds")).toBeGreaterThan(3_590);
  });

  it("never serves a file that is not whole: 412 until the database gave the document anew", async () => {
    const { developmentId } = place.sample;
    const name = `environment-${developmentId}.state`;
    await keepAndHalt();
    const file = readFileSync(join(place.path, name));
    file[file.length - 20] = (file[file.length - 20] ?? 0) ^ 1;
    writeFileSync(join(place.path, name), file);
    const server = await place.start();
    await open(server, DEMO_KEYS.production).until(isOff);
    expect(place.files().filter((one) => one.startsWith(`${name}.rejected-`))).toHaveLength(1);
    expect(logged(server, /STATE_CORRUPT/)).toHaveLength(1);
    expect(await ask(server, "/readyz")).toMatchObject({ status: 412 });
    const stream = open(server, DEMO_KEYS.development);
    await place.postgres.resume();
    await stream.until(isOff);
    await eventually(async () => ((await ask(server, "/readyz")).status === 200 ? true : undefined));
    await eventually(() => (place.files().includes(name) ? true : undefined));
    await place.postgres.halt();
    expect(await ask(server, "/readyz")).toMatchObject({ status: 200 });
  });

  it("does not serve the state of another database", async () => {
    await keepAndHalt();
    const elsewhere = place.postgres.databaseUrl("another");
    await expect(place.start({ DATABASE_URL: elsewhere })).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
    });
    expect(place.files().every((name) => name.includes(".rejected-"))).toBe(true);
  });

  it("keeps no key, and nothing that others can read", async () => {
    await keepAndHalt();
    expect(statSync(place.path).mode & 0o777).toBe(0o700);
    expect(place.files()).toHaveLength(3);
    for (const name of place.files()) {
      const path = join(place.path, name);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const file = readFileSync(path);
      const body = gunzipSync(file.subarray(file.indexOf(Buffer.from([0x1f, 0x8b, 0x08]))));
      const text = `${file.toString("latin1")}${body.toString("latin1")}`;
      for (const key of Object.values(DEMO_KEYS)) expect(text).not.toContain(key.slice(-12));
    }
  });

  it("keeps nothing of a project that is no longer served", async () => {
    const server = await place.start();
    await eventually(() => (place.files().length === 3 ? true : undefined));
    await chooseForProject(place.database, place.sample.projectId, { enabled: false });
    await eventually(() => (place.files().join() === "directory.state" ? true : undefined));
    await place.stop(server);
  });
});
