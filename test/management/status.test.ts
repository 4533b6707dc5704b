import { connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scheduleToggle, toggleFlag } from "../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { SyncFlagsRequestSchema } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import type { StatusEnvironment, StatusReport } from "../../src/model/status.ts";
import { eventually } from "../server/harness.ts";
import { openStatusPlace, PLACE, type StatusPlace } from "./place.ts";

describe("the status of a server", () => {
  let place: StatusPlace;
  beforeAll(async () => {
    place = await openStatusPlace();
  });
  afterAll(async () => await place?.close());

  const until = (fits: (report: StatusReport) => boolean): Promise<StatusReport> =>
    eventually(async () => {
      const report = await place.status();
      return fits(report) ? report : undefined;
    });

  it("names every environment with its revision, size, flags and warnings, and what to do about those", async () => {
    const { environments, server, totals } = await place.status();
    expect(server).toMatchObject({ ready: true, stale: null, processes: 1 });
    expect(totals.environments).toBe(environments.length);
    const development = environments.find(({ flagSetId }) => flagSetId === "Demo-shop/Development");
    expect(development).toMatchObject({ state: "current", detail: null, followers: 0 });
    expect(development?.flags).toBeGreaterThan(10);
    const document = await fetch(`${place.sync}/api/v1/flagd/flags.json`, {
      headers: { "x-environment-key": DEMO_KEYS.development },
    });
    expect(document.headers.get("etag")).toContain(development?.revision);
    expect(development?.bytes).toBe((await document.arrayBuffer()).byteLength);
    expect(development?.warningCount).toBeGreaterThan(0);
    for (const { advice } of development?.warnings ?? []) expect(advice).not.toBe("");
  });

  it("tells what each follower holds before and after a change, and what changed", async () => {
    const stream = place.follow();
    await stream.until(() => true);
    const before = await until(({ followers }) => followers[0]?.current === true);
    expect(before.followers).toHaveLength(1);
    expect(before.followers[0]).toMatchObject({
      flagSetId: "Demo-shop/Development",
      peer: "127.0.0.1",
      transport: "grpc",
      keyLastFour: DEMO_KEYS.development.slice(-4),
      pending: false,
      behindSince: null,
    });
    expect(before.followers[0]?.userAgent).toContain("grpc-node");

    await toggleFlag(place.test.database, PLACE);
    await stream.until((document) => document.flags.maintenance_mode?.state === "ENABLED");
    const after = await until(({ changes }) => changes[0]?.diff === "ready");
    const [change] = after.changes;
    expect(change).toMatchObject({
      from: before.followers[0]?.revision,
      causes: ["change"],
      followers: 1,
      flagCount: 1,
    });
    expect(change?.flags[0]).toMatchObject({
      flag: "maintenance_mode",
      change: "changed",
      before: "off",
      after: "true",
    });
    expect(change?.propagationMs).toBeLessThan(10_000);
    expect(change?.arrived).toEqual({ have: 1, of: 1 });
    const holds = await until(({ followers }) => followers[0]?.revision === change?.to);
    expect(holds.followers[0]).toMatchObject({
      current: true,
      behindSince: null,
      revisionsBehind: 0,
    });
    expect(holds.totals).toMatchObject({ followers: 1, current: 1, behind: 0 });

    stream.close();
    await until(({ followers }) => followers.length === 0);
  });

  it("tells who has not taken the newest revision, and since when", async () => {
    const session = connect(place.sync, { settings: { initialWindowSize: 0 } });
    const stream = session.request({
      ":method": "POST",
      ":path": "/flagd.sync.v1.FlagSyncService/SyncFlags",
      "content-type": "application/grpc",
      "x-environment-key": DEMO_KEYS.development,
      "user-agent": "stuck/1",
    });
    stream.on("error", () => undefined);
    stream.end(Buffer.alloc(5));
    const stuck = await until(({ followers }) => followers[0]?.pending === true);
    expect(stuck.followers[0]).toMatchObject({
      userAgent: "stuck/1",
      current: false,
      revision: null,
      writtenAt: null,
    });
    expect(stuck.followers[0]?.behindSince).toBe(stuck.followers[0]?.since);
    expect(stuck.totals).toMatchObject({ followers: 1, current: 0, behind: 1 });
    const sought = async (query: string): Promise<number> => {
      const answer = await fetch(`${place.management}/api/status/followers?${query}`);
      return ((await answer.json()) as { readonly total: number }).total;
    };
    expect([
      await sought("behind=true"),
      await sought("search=STUCK%2F1"),
      await sought("search=other"),
    ]).toEqual([1, 1, 0]);
    session.settings({ initialWindowSize: 1_000_000 });
    const taken = await until(({ totals }) => totals.behind === 0);
    expect(taken.followers[0]).toMatchObject({ current: true, pending: false, behindSince: null });
    session.destroy();
    await until(({ followers }) => followers.length === 0);
  });

  it("tells what followers over gRPC-Web call themselves, and never a key that came as a name", async () => {
    const abort = new AbortController();
    const open = async (providerId: string, headers: Record<string, string>): Promise<void> => {
      const message = toBinary(SyncFlagsRequestSchema, create(SyncFlagsRequestSchema, { providerId }));
      const body = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
      const answer = await fetch(`${place.sync}/flagd.sync.v1.FlagSyncService/SyncFlags`, {
        method: "POST",
        headers: { "content-type": "application/grpc-web+proto", "user-agent": "browser/1", ...headers },
        body,
        signal: abort.signal,
      });
      expect(answer.status).toBe(200);
    };
    await open("checkout-pod-7", { "x-environment-key": DEMO_KEYS.development });
    await open(DEMO_KEYS.production, {});
    await open(DEMO_KEYS.production, { "x-environment-key": DEMO_KEYS.development });
    const { followers } = await until(({ totals }) => totals.current === 3);
    const seen = followers.map(({ flagSetId, providerId, userAgent, transport }) =>
      [flagSetId, providerId, userAgent, transport].join(" "),
    );
    expect(seen.sort()).toEqual([
      "Demo-shop/Development  browser/1 grpc-web",
      "Demo-shop/Development checkout-pod-7 browser/1 grpc-web",
      "Demo-shop/Production  browser/1 grpc-web",
    ]);
    expect(JSON.stringify(followers)).not.toContain("ser.");
    abort.abort();
    await until(({ totals }) => totals.followers === 0);
  });

  it("tells what the clock alone will change, and that it did", async () => {
    await scheduleToggle(place.test.database, { ...PLACE, delayMs: 1_500 });
    const leftMs = ({ schedule, databaseTime }: StatusReport): number =>
      Date.parse(schedule[0]?.dueAt ?? "") - Date.parse(databaseTime);
    const ahead = await until((report) => leftMs(report) < 1_600);
    expect(leftMs(ahead)).toBeGreaterThan(0);
    expect(ahead.schedule[0]?.flagSetId).toBe("Demo-shop/Development");
    const done = await until(({ changes }) => changes[0]?.causes.includes("schedule") === true);
    expect(done.schedule[0]?.dueAt).not.toBe(ahead.schedule[0]?.dueAt);
    expect(done.changes[0]?.latenessMs).toBeLessThan(2_000);
  });

  it("sends an event when something changed", async () => {
    const abort = new AbortController();
    const answer = await fetch(`${place.management}/api/status/events`, { signal: abort.signal });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const events = (): StatusReport[] =>
      [...text.matchAll(/^data: (\{"generatedAt".*)$/gm)].map(([, data = ""]) => JSON.parse(data));
    const until = async (fits: (report: StatusReport) => boolean): Promise<StatusReport> => {
      for (;;) {
        const found = events().find(fits);
        if (found !== undefined) return found;
        text += (await reader?.read())?.value ?? "";
      }
    };
    const first = await until(() => true);
    const known = new Set(first.changes.map(({ id }) => id));
    await toggleFlag(place.test.database, PLACE);
    const second = await until(({ changes }) => changes.some(({ id }) => !known.has(id)));
    expect(second.changes[0]).toMatchObject({ from: first.changes[0]?.to });
    abort.abort();
  });
});

describe("the lists", () => {
  let place: StatusPlace;
  beforeAll(async () => {
    place = await openStatusPlace();
  });
  afterAll(async () => await place?.close());

  it("are told in parts, and a malformed wish is refused", async () => {
    const ask = (query: string): Promise<Response> =>
      fetch(`${place.management}/api/status/environments${query}`);
    const listed = async (query: string): Promise<{ total: number; items: StatusEnvironment[] }> =>
      (await (await ask(query)).json()) as { total: number; items: StatusEnvironment[] };
    const all = await listed("");
    expect(all.total).toBeGreaterThan(1);
    const second = await listed("?offset=1&limit=1");
    expect([second.total, second.items]).toEqual([all.total, [all.items[1]]]);
    expect((await listed("?search=PRODUCT")).items.map(({ flagSetId }) => flagSetId)).toEqual([
      "Demo-shop/Production",
    ]);
    expect((await listed("?behind=true")).total).toBe(0);
    const id = all.items[1]?.environmentId;
    expect((await listed(`?environmentId=${id}`)).items).toEqual([all.items[1]]);
    for (const query of [
      "?limit=0",
      "?limit=10001",
      "?offset=-1",
      "?environmentId=x",
      "?behind=yes",
      `?search=${"x".repeat(201)}`,
    ]) {
      expect((await ask(query)).status, query).toBe(400);
    }
  });
});
