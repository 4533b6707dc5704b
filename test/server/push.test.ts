import { status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RunningServer } from "../../src/app/start-server.ts";
import { scheduleToggle, setFlagValue, toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { setOrganisationStopped } from "../../src/demo/writer/change-places.ts";
import { disableV2Versioning } from "../../src/demo/writer/switch-versioning.ts";
import { createServerKey, deleteServerKey, expireServerKey } from "../../src/demo/writer/write-keys.ts";
import { createIdentityOverride } from "../../src/demo/writer/write-overrides.ts";
import { touchEnvironments } from "../../src/demo/writer/write-places.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually, type FollowedStream, follow, type SeenDocument, startTestServer } from "./harness.ts";

const FLAG = "maintenance_mode";
const development = { flag: FLAG, environmentKey: DEMO_KEYS.development };
const isOn = ({ flags }: SeenDocument): boolean => flags[FLAG]?.state === "ENABLED";
const isOff = (document: SeenDocument): boolean => !isOn(document);
const url = (address: string, path: string): string => `http://${address}${path}`;

describe("a change in the database reaches a stream", () => {
  let test: TestDatabase;
  let sample: SampleProject;
  let server: RunningServer & { address: string };
  const open: FollowedStream[] = [];
  const followed = (key: string = DEMO_KEYS.development): FollowedStream => {
    const stream = follow(server.address, key);
    open.push(stream);
    return stream;
  };

  beforeAll(async () => {
    test = await createTestDatabase();
    sample = await createSampleProject(test.database);
    await migrateUp(test.database);
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    server = await startTestServer(test.url);
  });
  afterEach(() => {
    for (const stream of open.splice(0)) stream.close();
  });
  afterAll(async () => {
    await server.stop();
    await test.drop();
  });

  it("first from memory, then at once", async () => {
    const stream = followed();
    await stream.until(isOff);
    await toggleFlag(test.database, development);
    await stream.until(isOn);
    await toggleFlag(test.database, development);
    await stream.until(isOff, 2);
    expect(stream.arrivals).toHaveLength(3);
  });

  it("under v2 versioning too", async () => {
    const stream = followed(DEMO_KEYS.production);
    const { document } = await stream.until(() => true);
    const wanted = document.flags[FLAG]?.state === "ENABLED" ? isOff : isOn;
    await toggleFlag(test.database, { flag: FLAG, environmentKey: DEMO_KEYS.production });
    await stream.until(wanted);
  });

  it("not for what changes no answer, and not for another environment", async () => {
    const stream = followed();
    await stream.until(() => true);
    await touchEnvironments(test.database, { projectId: sample.projectId });
    await setFlagValue(
      test.database,
      { flag: "banner_text", environmentKey: DEMO_KEYS.production },
      "elsewhere",
    );
    await setFlagValue(test.database, { flag: "banner_text", environmentKey: DEMO_KEYS.development }, "here");
    await stream.until(({ flags }) => flags.banner_text?.variants.control === "here");
    expect(stream.arrivals).toHaveLength(2);
  });

  it("by the clock alone, not before its time", async () => {
    const stream = followed();
    await stream.until(isOff);
    const { liveFrom } = await scheduleToggle(test.database, { ...development, delayMs: 3_000 });
    const { atMs } = await stream.until(isOn);
    expect(atMs).toBeGreaterThanOrEqual(liveFrom.getTime());
    expect(stream.arrivals).toHaveLength(2);
    await toggleFlag(test.database, development);
    await stream.until(isOff, 2);
  });

  it("whole: a new override never shows the feature's initial value", async () => {
    const stream = followed();
    await stream.until(() => true);
    const featureId = sample.featureIds.get("banner_text") ?? 0;
    await createIdentityOverride(test.database, {
      environmentId: sample.developmentId,
      featureId,
      identifier: "grace",
      enabled: true,
      value: "for Grace",
    });
    await stream.until(({ flags }) => flags.banner_text?.variants.override_grace === "for Grace");
    expect(stream.arrivals).toHaveLength(2);
  });

  it("whole: an environment that leaves v2 never loses its flags", async () => {
    const stream = followed(DEMO_KEYS.production);
    const { document } = await stream.until(() => true);
    const names = Object.keys(document.flags);
    await disableV2Versioning(test.database, sample.productionId);
    await setFlagValue(
      test.database,
      { flag: "banner_text", environmentKey: DEMO_KEYS.production },
      "v1 again",
    );
    await stream.until(({ flags }) => flags.banner_text?.variants.control === "v1 again");
    for (const arrival of stream.arrivals) expect(Object.keys(arrival.document.flags)).toEqual(names);
  });

  it("and is the same document over HTTP, with a strong ETag", async () => {
    const stream = followed();
    const { text } = await stream.until(() => true);
    const headers = { "X-Environment-Key": DEMO_KEYS.development };
    for (const path of ["/api/v1/flagd/flags.json", "/v1/flags"]) {
      const answer = await fetch(url(server.address, path), { headers });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(text);
      const etag = answer.headers.get("etag") ?? "";
      const again = await fetch(url(server.address, path), {
        headers: { ...headers, "If-None-Match": etag },
      });
      expect(again.status).toBe(304);
    }
    const diagnostics = await fetch(url(server.address, "/api/v1/flagd/diagnostics.json"), { headers });
    expect(await diagnostics.json()).toMatchObject({
      flagSetId: "Demo-shop/Development",
      translatorVersion: "v1",
    });
  });

  it("ends streams whose key is deleted or expires, at its second; a new key works at once", async () => {
    const environmentId = sample.developmentId;
    const deleted = await createServerKey(test.database, {
      environmentId,
      name: "a",
      key: "ser.short-lived-key-a",
    });
    const expiring = await createServerKey(test.database, {
      environmentId,
      name: "b",
      key: "ser.short-lived-key-b",
    });
    for (const key of ["ser.short-lived-key-a", "ser.short-lived-key-b"]) {
      await eventually(async () => {
        const answer = await fetch(url(server.address, "/v1/flags"), {
          headers: { "x-environment-key": key },
        });
        return answer.ok ? true : undefined;
      });
    }
    const first = followed("ser.short-lived-key-a");
    const second = followed("ser.short-lived-key-b");
    const other = followed();
    await Promise.all([first, second, other].map((stream) => stream.until(() => true)));
    await deleteServerKey(test.database, deleted.id);
    expect(await first.ended).toMatchObject({ code: status.UNAUTHENTICATED });
    await expireServerKey(test.database, expiring.id, 1_000);
    const before = Date.now();
    expect(await second.ended).toMatchObject({ code: status.UNAUTHENTICATED });
    expect(Date.now() - before).toBeGreaterThan(500);
    await toggleFlag(test.database, development);
    await other.until(isOn);
    await toggleFlag(test.database, development);
    await other.until(isOff, 2);
  });

  it("ends streams of a stopped organisation and of a disabled project, and takes them back", async () => {
    const stopped = followed();
    await stopped.until(() => true);
    await setOrganisationStopped(test.database, sample.organisationId, true);
    expect(await stopped.ended).toMatchObject({ code: status.PERMISSION_DENIED });
    await setOrganisationStopped(test.database, sample.organisationId, false);
    await chooseForProject(test.database, sample.projectId, { enabled: false });
    const path = url(server.address, "/v1/flags");
    const headers = { authorization: `Bearer ${DEMO_KEYS.development}` };
    for (
      let answer = await fetch(path, { headers });
      answer.status !== 404;
      answer = await fetch(path, { headers })
    ) {
      expect([200, 403, 503]).toContain(answer.status);
    }
    expect(await followed().ended).toMatchObject({ code: status.NOT_FOUND });
    await chooseForProject(test.database, sample.projectId, { enabled: true });
    for (
      let answer = await fetch(path, { headers });
      answer.status !== 200;
      answer = await fetch(path, { headers })
    ) {
      expect([404, 503]).toContain(answer.status);
    }
    await followed().until(isOff);
  });

  it("shows the other semantics at once when the project chooses them", async () => {
    const stream = followed();
    const { text } = await stream.until(() => true);
    await chooseForProject(test.database, sample.projectId, { enabled: true, semantics: "value" });
    const changed = await stream.until(() => true, 1);
    expect(changed.text).not.toBe(text);
    await chooseForProject(test.database, sample.projectId, { enabled: true, semantics: "flagsmith" });
    const back = await stream.until(() => true, 2);
    expect(back.document.flags).toEqual(JSON.parse(text).flags);
  });

  it("reports what happened as metrics, and is ready", async () => {
    const management = `127.0.0.1:${server.managementPort}`;
    expect(await (await fetch(url(management, "/readyz"))).json()).toEqual({ ready: true, waitingFor: [] });
    expect((await fetch(url(management, "/healthz"))).status).toBe(200);
    const metrics = await (await fetch(url(management, "/metrics"))).text();
    expect(metrics).toMatch(/flagsmith_flagd_listening 1/);
    expect(metrics).toMatch(/flagsmith_flagd_documents 2/);
    expect(metrics).toMatch(/flagsmith_flagd_revisions_total\{cause="change"\} \d+/);
    expect(metrics).toMatch(/flagsmith_flagd_revisions_total\{cause="schedule"\} 1/);
    expect(metrics).toMatch(/flagsmith_flagd_propagation_seconds_count [1-9]/);
    expect(metrics).not.toMatch(/ser\./);
  });
});
