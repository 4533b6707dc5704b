import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { RunningServer } from "../../src/app/start-server.ts";
import { scheduleToggle, toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { createServerKey } from "../../src/demo/writer/write-keys.ts";
import { createIdentityOverride } from "../../src/demo/writer/write-overrides.ts";
import { createEnvironment } from "../../src/demo/writer/write-places.ts";
import type { MetricSpec } from "../../src/observe/metric-spec.ts";
import { METRICS } from "../../src/observe/metric-table.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { TlsFiles } from "../../src/transports/port/tls-files.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { createTlsPlace } from "../support/tls-place.ts";
import { eventually, type FollowedStream, follow, type SeenDocument, startTestServer } from "./harness.ts";

const ENVIRONMENTS = 20;
const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };
const isOn = ({ flags }: SeenDocument): boolean => flags.maintenance_mode?.state === "ENABLED";
const isOff = (document: SeenDocument): boolean => !isOn(document);

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

let test: TestDatabase;
let sample: SampleProject;
let server: RunningServer & { address: string; log: { level: string; message: string }[] };
const open: FollowedStream[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
  for (let number = 0; number < ENVIRONMENTS; number += 1) {
    const environmentId = await createEnvironment(test.database, {
      projectId: sample.projectId,
      name: `stage ${number}`,
    });
    await createServerKey(test.database, { environmentId, name: "k", key: keyOf(number) });
  }
  server = await startTestServer(test.url, { FAILURE_BURST: "5" });
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});
afterAll(async () => {
  await server.stop();
  await test.drop();
});

function keyOf(number: number): string {
  return `ser.a-key-of-its-own-${number}`;
}

function followed(request: Parameters<typeof follow>[1]): FollowedStream {
  const stream = follow(server.address, request);
  open.push(stream);
  return stream;
}

async function scrape(): Promise<Sample[]> {
  const text = await (await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).text();
  return [...text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = "", labels = "", value]) => ({
    name,
    labels: new Map(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", text = ""]) => [label, text]),
    ),
    value: Number(value),
  }));
}

/** The sum of all samples of that name with these labels. */
async function valueNow(name: string, wanted: Readonly<Record<string, string>> = {}): Promise<number> {
  const fits = ({ labels }: Sample) =>
    Object.entries(wanted).every(([label, value]) => labels.get(label) === value);
  const found = (await scrape()).filter((each) => each.name === name && fits(each));
  expect(found.length, name).toBeGreaterThan(0);
  return found.reduce((sum, { value }) => sum + value, 0);
}

async function reaches(
  name: string,
  value: number,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await eventually(async () => ((await valueNow(name, labels)) === value ? true : undefined));
}

const get = (path: string, headers: Record<string, string>, method = "GET") =>
  fetch(`http://${server.address}${path}`, { headers, method });

it("takes the time until each stream that waited had a change, and of each stage before that", async () => {
  const streams = [1, 2, 3].map(() => followed(DEMO_KEYS.development));
  await Promise.all(streams.map((stream) => stream.until(isOff)));
  const stages = async (): Promise<number[]> =>
    Promise.all(
      METRICS.rebuildStage.labels.stage.values.map((stage) =>
        valueNow("flagsmith_flagd_rebuild_stage_seconds_count", { stage }),
      ),
    );
  const before = {
    stages: await stages(),
    delivered: await valueNow("flagsmith_flagd_delivery_seconds_count"),
    heard: await valueNow("flagsmith_flagd_notifications_total", { kind: "now" }),
  };
  expect(before.delivered).toBe(0);
  await toggleFlag(test.database, PLACE);
  await Promise.all(streams.map((stream) => stream.until(isOn)));
  await reaches("flagsmith_flagd_delivery_seconds_count", 3);
  // A stream that comes now gets the same document, and did not wait for it.
  const late = followed(DEMO_KEYS.development);
  await late.until(isOn);
  await toggleFlag(test.database, PLACE);
  await Promise.all([...streams, late].map((stream) => stream.until(isOff, 1)));
  await reaches("flagsmith_flagd_delivery_seconds_count", 7);
  const published = await valueNow("flagsmith_flagd_propagation_seconds_sum");
  const delivered = await valueNow("flagsmith_flagd_delivery_seconds_sum");
  expect(delivered / 7).toBeGreaterThanOrEqual(published / 2 - 0.001);
  expect(delivered / 7).toBeLessThan(30);
  const after = await stages();
  for (const [index, count] of after.entries())
    expect(count).toBeGreaterThanOrEqual((before.stages[index] ?? 0) + 2);
  expect(await valueNow("flagsmith_flagd_notifications_total", { kind: "now" })).toBeGreaterThan(
    before.heard,
  );
});

it("counts how long a series of changes took as well, although something else is published meanwhile", async () => {
  const stream = followed(DEMO_KEYS.development);
  await stream.until(() => true);
  const before = await valueNow("flagsmith_flagd_propagation_seconds_count");
  await createIdentityOverride(test.database, {
    environmentId: sample.developmentId,
    featureId: sample.featureIds.get("banner_text") ?? 0,
    identifier: "grace",
    enabled: true,
    value: "for Grace",
  });
  // Within the settle time of the series, which goes on.
  await toggleFlag(test.database, PLACE);
  await stream.until(isOn);
  await stream.until(({ flags }) => flags.banner_text?.variants.override_grace === "for Grace");
  await reaches("flagsmith_flagd_propagation_seconds_count", before + 2);
  await toggleFlag(test.database, PLACE);
  await stream.until(isOff, stream.arrivals.length);
});

it("shows what the clock alone will change, and then how late it was", async () => {
  const place = { flag: PLACE.flag, environmentKey: keyOf(0) };
  const stream = followed(place.environmentKey);
  const shown = (await stream.until(() => true)).document;
  const before = await valueNow("flagsmith_flagd_schedule_lateness_seconds_count");
  const ahead = await valueNow("flagsmith_flagd_scheduled_changes");
  const { liveFrom } = await scheduleToggle(test.database, { ...place, delayMs: 2_000 });
  await reaches("flagsmith_flagd_scheduled_changes", ahead + 1);
  const next = await valueNow("flagsmith_flagd_next_scheduled_change_timestamp_seconds");
  expect(Math.abs(next - liveFrom.getTime() / 1_000)).toBeLessThan(0.01);
  await stream.until((document) => isOn(document) !== isOn(shown));
  await reaches("flagsmith_flagd_schedule_lateness_seconds_count", before + 1);
  await reaches("flagsmith_flagd_scheduled_changes", ahead);
});

it("counts who is turned away, by reason, over gRPC and HTTP, and tells it once in the log", async () => {
  const before = await valueNow("flagsmith_flagd_refused_total", { reason: "unknown_key" });
  await followed("ser.nobody-has-this-one").ended;
  expect((await get("/v1/flags", { "x-environment-key": "ser.nor-this-one" })).status).toBe(401);
  await reaches("flagsmith_flagd_refused_total", before + 2, { reason: "unknown_key" });
  expect((await get("/v1/flags", {})).status).toBe(401);
  await reaches("flagsmith_flagd_refused_total", 1, { reason: "missing_key" });
  for (let count = 0; count < 5; count += 1)
    await get("/v1/flags", { "x-environment-key": `ser.guess-${count}` });
  await eventually(async () =>
    (await valueNow("flagsmith_flagd_slowed_total", { reason: "unknown_key" })) > 0 ? true : undefined,
  );
  const told = server.log.filter(({ message }) => message.startsWith("a request for flags was refused"));
  expect(told.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'info a request for flags was refused {"peer":"127.0.0.1","reason":"unknown_key"}',
    'info a request for flags was refused {"peer":"127.0.0.1","reason":"missing_key"}',
    'info a request for flags was refused {"peer":"127.0.0.1","reason":"too_many_failures"}',
  ]);
});

it("counts the admin REST and who watches the status", async () => {
  const path = `/api/v1/projects/${sample.projectId}/integrations/flagd/`;
  await get(path, {});
  await eventually(async () =>
    (await scrape()).some(({ name }) => name === "flagsmith_flagd_admin_requests_total") ? true : undefined,
  );
  const abort = new AbortController();
  const events = await fetch(`http://127.0.0.1:${server.managementPort}/api/status/events`, {
    signal: abort.signal,
  });
  expect(events.status).toBe(200);
  await reaches("flagsmith_flagd_status_watchers", 1);
  abort.abort();
  await reaches("flagsmith_flagd_status_watchers", 0);
  expect(await valueNow("flagsmith_flagd_status_denied_total")).toBe(0);
});

it("has few values of each label, whatever is served and whoever comes", async () => {
  for (let number = 0; number < ENVIRONMENTS; number += 1) {
    const stream = followed({
      metadata: { "x-environment-key": keyOf(number) },
      fields: { selector: "", providerId: `pod-${number}` },
    });
    await stream.until(() => true);
    for (const method of ["GET", "HEAD", "POST", "PUT"]) {
      await get(`/v1/flags?${number}`, { "x-environment-key": keyOf(number) }, method);
      await get(`/api/v1/flagd/diagnostics.json`, { authorization: `Bearer guess-${number}` }, method);
      await get(`/nothing/${number}`, {}, method);
    }
    await get(`/api/v1/projects/${number}/integrations/flagd/`, { authorization: `Token guess-${number}` });
  }
  const samples = await scrape();
  const specs = new Map<string, MetricSpec>();
  for (const spec of Object.values(METRICS) as MetricSpec[]) {
    specs.set(spec.name, spec);
    for (const suffix of ["_bucket", "_sum", "_count"]) specs.set(`${spec.name}${suffix}`, spec);
  }
  const seen = new Map<string, Set<string>>();
  for (const { name, labels } of samples) {
    const spec = specs.get(name);
    for (const [label, value] of labels) {
      const id = `${name} ${label}`;
      seen.set(id, (seen.get(id) ?? new Set()).add(value));
      expect(value).not.toMatch(/ser\.|guess|pod-|stage|maintenance|shop|127\.0/);
      if (spec === undefined || label === "le") continue;
      const known = spec.labels?.[label];
      expect(known, `${name}{${label}}`).toBeDefined();
      if (known !== undefined && "values" in known) expect(known.values).toContain(value);
      if (known !== undefined && "most" in known) expect(seen.get(id)?.size).toBeLessThanOrEqual(known.most);
    }
  }
  for (const [id, values] of seen) expect(values.size, id).toBeLessThanOrEqual(40);
  expect(samples.filter(({ name }) => specs.has(name)).length).toBeLessThan(800);
});

it("tells when a certificate expires and whether a new one could be used", async () => {
  const metrics = createMetrics("test");
  const place = createTlsPlace();
  const clock = new ManualClock();
  const silent = { info: () => undefined, warn: () => undefined };
  const files = new TlsFiles(place.paths, clock, silent, metrics.tls("sync"));
  const stop = files.watch(() => undefined);
  const expiry = async (): Promise<number> =>
    Number(/expiry_timestamp_seconds\{port="sync"\} (\d+)/.exec(await metrics.render())?.[1]);
  expect(await expiry()).toBeGreaterThan(Date.now() / 1_000);
  place.swap(place.authority.issue({ name: "other", names: ["127.0.0.1"] }));
  clock.advance(5_000);
  place.swap({ cert: "no certificate" });
  clock.advance(5_000);
  stop();
  place.remove();
  const text = await metrics.render();
  expect(text).toContain('flagsmith_flagd_tls_reloads_total{port="sync",outcome="replaced"} 1');
  expect(text).toContain('flagsmith_flagd_tls_reloads_total{port="sync",outcome="refused"} 1');
});
