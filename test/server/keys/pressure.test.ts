import { connect } from "node:http2";
import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { SyncFlagsResponseSchema } from "../../../src/gen/flagd/sync/v1/sync_pb.ts";
import { askAdmin } from "../../admin/ask-admin.ts";
import { createMasterKey } from "../../support/master-key.ts";
import { eventually } from "../harness.ts";
import { type Answer, overHttp, syncFlags } from "./callers.ts";
import { keysPlace } from "./place.ts";

const DEVELOPMENT = "Demo-shop/Development";
const PRODUCTION = "Demo-shop/Production";

/** The whole messages in what came so far. */
function documentsIn(bytes: Buffer): { readonly text: string; readonly flagSetId: unknown }[] {
  const found: { text: string; flagSetId: unknown }[] = [];
  let at = 0;
  while (bytes.length >= at + 5 && bytes.length >= at + 5 + bytes.readUInt32BE(at + 1)) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    const text = fromBinary(SyncFlagsResponseSchema, bytes.subarray(at + 5, end)).flagConfiguration;
    found.push({ text, flagSetId: JSON.parse(text).metadata.flagSetId });
    at = end;
  }
  return found;
}

describe("master API keys under pressure", { timeout: 60_000 }, () => {
  const place = keysPlace();
  const withKey = (key: string, selector = "*") => ({
    metadata: { authorization: `Api-Key ${key}`, "flagd-selector": selector },
  });
  const known = async (iterations: number): Promise<{ key: string; prefix: string }> => {
    const made = await createMasterKey(place.database, place.sample.organisationId, { iterations });
    await eventually(async () =>
      "flagSetId" in (await syncFlags(place.server.address, withKey(made.key))) ? true : undefined,
    );
    return made;
  };

  it("a reader that takes nothing is held one revision of each flag set, and gets the newest of each", async () => {
    const { key } = await known(1_000);
    const good = place.follow(withKey(key));
    await good.until(({ metadata }) => metadata.flagSetId === DEVELOPMENT);
    await good.until(({ metadata }) => metadata.flagSetId === PRODUCTION);
    const session = connect(`http://${place.server.address}`, { settings: { initialWindowSize: 0 } });
    const deaf = session.request({
      ":method": "POST",
      ":path": "/flagd.sync.v1.FlagSyncService/SyncFlags",
      "content-type": "application/grpc",
      authorization: `Api-Key ${key}`,
    });
    deaf.on("error", () => undefined);
    deaf.end(Buffer.alloc(5));
    await new Promise((resolve) => deaf.once("response", resolve));
    for (let change = 1; change <= 3; change += 1) {
      for (const environmentKey of [DEMO_KEYS.development, DEMO_KEYS.production]) {
        const before = good.arrivals.length;
        await toggleFlag(place.database, { flag: "maintenance_mode", environmentKey });
        await eventually(() => (good.arrivals.length > before ? true : undefined));
      }
    }
    const newest = (name: string): string | undefined =>
      good.arrivals.filter(({ document }) => document.metadata.flagSetId === name).at(-1)?.text;
    let bytes = Buffer.alloc(0);
    deaf.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
    });
    session.settings({ initialWindowSize: 1_000_000 });
    await eventually(() => (documentsIn(bytes).length >= 3 ? true : undefined));
    const before = good.arrivals.length;
    await toggleFlag(place.database, { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development });
    await eventually(() => (good.arrivals.length > before ? true : undefined));
    await eventually(() => (documentsIn(bytes).at(-1)?.text === newest(DEVELOPMENT) ? true : undefined));
    const came = documentsIn(bytes);
    expect(came).toHaveLength(4);
    expect(came.findLast(({ flagSetId }) => flagSetId === PRODUCTION)?.text).toBe(newest(PRODUCTION));
    session.destroy();
  });

  it("a flood of wrong ones is turned away as busy, and keeps nobody waiting whose key is known", async () => {
    const { key, prefix } = await known(1_000_000);
    let over = false;
    const { address } = place.server;
    const request = (index: string) => withKey(`${prefix}.wrong-${index}`, DEVELOPMENT);
    const calls = Array.from({ length: 30 }, (_, index) => [
      syncFlags(address, request(`${index}-a`)),
      overHttp("/v1/flags")(address, request(`${index}-b`)),
    ]).flat();
    const flood = Promise.all(calls).finally(() => {
      over = true;
    });
    const codeOf = (answer: Answer): string | number => ("code" in answer ? answer.code : "let in");
    await Promise.race(calls.map(async (call) => expect([503, "UNAVAILABLE"]).toContain(codeOf(await call))));
    for (let times = 0; times < 3; times += 1) {
      expect(await syncFlags(address, withKey(key))).toHaveProperty("flagSetId");
      const environment = { metadata: { "x-environment-key": DEMO_KEYS.production } };
      expect(await syncFlags(address, environment)).toEqual({ flagSetId: PRODUCTION });
    }
    // What a stream's key cost the admin side need not pay again, not even while its own queue is full.
    const path = `/projects/${place.sample.projectId}/integrations/flagd/`;
    const asAdmin = async (text: string): Promise<number> =>
      (await askAdmin(address, path, { authorization: `Api-Key ${text}` })).status;
    const tried = Array.from({ length: 20 }, (_, index) => asAdmin(`${prefix}.wrong-${index}-c`));
    expect(await Promise.race(tried)).toBe(503);
    expect(await asAdmin(key)).toBe(200);
    expect(over).toBe(false);
    for (const status of await Promise.all(tried)) expect([401, 503]).toContain(status);
    const codes = (await flood).map(codeOf);
    const verified = codes.filter((code) => code === "UNAUTHENTICATED" || code === 401);
    const busy = codes.filter((code) => code === "UNAVAILABLE" || code === 503);
    expect(verified.length + busy.length).toBe(60);
    expect(busy.length).toBeGreaterThan(30);
  });
});
