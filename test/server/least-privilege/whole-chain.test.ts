import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { scheduleToggle, setFlagValue, toggleFlag } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { createAdministrator } from "../../admin/administrator.ts";
import { askAdmin } from "../../admin/ask-admin.ts";
import { eventually, follow, type SeenDocument } from "../harness.ts";
import { openRolesPlace, type RolesPlace, type ServedPlace, serve } from "./place.ts";

const LIMIT_MS = 120_000;
const FLAG = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };
const isOn = ({ flags }: SeenDocument): boolean => flags.maintenance_mode?.state === "ENABLED";
const isOff = (document: SeenDocument): boolean => !isOn(document);

describe("a server under a role of its own, with what `migrate up --role` gives", {
  timeout: LIMIT_MS,
}, () => {
  let place: RolesPlace;
  let served: ServedPlace;
  const texts = new Set<string>();
  let stopRecording = (): void => undefined;
  beforeAll(async () => {
    place = await openRolesPlace(true);
    // Every statement goes through this one method of pg, as a text or as an object that has one.
    const query = pg.Client.prototype.query;
    const spy = vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (
      this: pg.Client,
      ...given: unknown[]
    ) {
      const [first] = given;
      const isOurs = (this as { user?: string }).user === place.server.name;
      if (isOurs) texts.add(typeof first === "string" ? first : String((first as { text: string }).text));
      return Reflect.apply(query, this, given);
    } as typeof query);
    stopRecording = () => spy.mockRestore();
  });
  afterEach(() => served.stop());
  afterAll(async () => {
    stopRecording();
    await place.drop();
  });

  it("serves first documents, pushes, keeps times, and records versions; Flagsmith needs no right of ours", async () => {
    served = await serve(place);
    const { stream } = served;
    await stream.until(isOff);
    await toggleFlag(place.flagsmith, FLAG);
    await stream.until(isOn);
    const { liveFrom } = await scheduleToggle(place.flagsmith, { ...FLAG, delayMs: 2_000 });
    const { atMs, document } = await stream.until(isOff, 2);
    expect(atMs).toBeGreaterThanOrEqual(liveFrom.getTime());
    expect(
      await place.test.database.query("SELECT version FROM flagd_sync.environment_head WHERE version = $1", [
        document.metadata.version,
      ]),
    ).toHaveLength(1);
    const production = follow(served.running.address, DEMO_KEYS.production);
    await production.until(() => true);
    await setFlagValue(
      place.flagsmith,
      { ...FLAG, flag: "banner_text", environmentKey: DEMO_KEYS.production },
      "v2",
    );
    await production.until(({ flags }) => flags.banner_text?.variants.control === "v2");
    production.close();
    expect(served.logged("warn", /./)).toEqual([]);
    expect(served.logged("error", /./)).toEqual([]);
  });

  it("finds by comparing what no trigger announced", async () => {
    served = await serve(place, { RECONCILE_SECONDS: "1" });
    await place.asAdmin(
      "SET LOCAL session_replication_role = replica; UPDATE features_featurestate SET enabled = NOT enabled",
    );
    const { document } = await served.stream.until(() => true, 1);
    expect(document).toBeDefined();
    expect(served.logged("error", /./)).toEqual([]);
  });

  it("lets administrators change the integration over REST", async () => {
    served = await serve(place);
    const authorization = `Token ${await createAdministrator(place.test.database, place.sample.projectId)}`;
    const ask = (method: string, body?: unknown) =>
      askAdmin(served.running.address, `/projects/${place.sample.projectId}/integrations/flagd/`, {
        method,
        authorization,
        body,
      });
    expect(await ask("GET")).toMatchObject({ status: 200, body: [{ enabled: true }] });
    expect(await ask("DELETE")).toMatchObject({ status: 204 });
    await served.stream.ended;
    expect(await ask("POST", { enabled: true })).toMatchObject({ status: 201 });
    expect(await ask("PATCH", { semantics: "value" })).toMatchObject({ status: 200 });
    expect(served.logged("warn", /admin request failed/)).toEqual([]);
  });

  it("built no statement from anything that it was told or read", async () => {
    served = await serve(place);
    const word = "canary' \" $1 ;--";
    await setFlagValue(place.flagsmith, { ...FLAG, flag: "banner_text" }, word);
    await served.stream.until(({ flags }) => flags.banner_text?.variants.control === word);
    await askAdmin(served.running.address, `/projects/${place.sample.projectId}/integrations/flagd/`, {
      authorization: `Token ${"c0ffee".repeat(7).slice(0, 40)}`,
    });
    await follow(served.running.address, "ser.canary-key").ended;
    const all = await eventually(() => (texts.size > 20 ? [...texts] : undefined));
    const told = [word, "canary", "c0ffee", "banner_text", DEMO_KEYS.development, "Demo", place.server.name];
    for (const text of all) {
      for (const one of told) expect(text).not.toContain(one);
      // Ids and times are parameters too: the only numbers are those of the code.
      expect(text).not.toMatch(/\b(?:environment_id|project_id|feature_id) = \d/);
    }
  });
});
