import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { createAdministrator } from "../admin/administrator.ts";
import { askAdmin } from "../admin/ask-admin.ts";
import { grpcClient, syncFlags } from "../grpc/clients.ts";
import { createMasterKey } from "../support/master-key.ts";
import { ask } from "./client.ts";
import { httpPlace } from "./place.ts";

const BURST = 3;
// So slow that nothing is forgiven while the tests run.
const place = httpPlace(() => ({
  FAILURE_BURST: String(BURST),
  FAILURES_PER_MINUTE: "1",
  TRUSTED_PROXIES: "127.0.0.0/8",
}));
const GOOD = { "x-environment-key": DEMO_KEYS.development };
const BAD = { "x-environment-key": "ser.nobody-knows-this-key" };
const from = (address: string) => ({ "x-forwarded-for": address });

const flags = (headers: Record<string, string>) =>
  ask(`http://${place().server.address}/v1/flags`, { headers });
const call = (metadata: Record<string, string>) =>
  syncFlags(grpcClient(place().server.address), { metadata });

async function exhaust(address: string): Promise<void> {
  for (let times = 0; times < BURST; times += 1) {
    expect((await flags({ ...BAD, ...from(address) })).status).toBe(401);
  }
}

test("over HTTP a wrong key is 401, and after the burst 429 with a time to come back", async () => {
  await exhaust("203.0.113.1");
  const reply = await flags({ ...BAD, ...from("203.0.113.1") });
  expect(reply.status).toBe(429);
  expect(Number(reply.headers["retry-after"])).toBeGreaterThan(50);
  expect(JSON.parse(reply.body.toString())).toMatchObject({ status: 429, reason: "too_many_failures" });
  expect((await flags(from("203.0.113.1"))).status).toBe(429);
  expect((await flags({ ...BAD, ...from("203.0.113.2") })).status).toBe(401);
});

test("over gRPC it is RESOURCE_EXHAUSTED with words, on every way of calling", async () => {
  await exhaust("203.0.113.3");
  const failure = await call({ ...BAD, ...from("203.0.113.3") }).failure;
  expect(failure.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(failure.details).toMatch(/^too many requests without a valid key .* try again in \d+ s$/);
  expect(failure.metadata.get("grpc-status-details-bin")).toEqual([]);
  const connect = await fetch(
    `http://${place().server.address}/flagd.sync.v1.FlagSyncService/FetchAllFlags`,
    {
      method: "POST",
      headers: { "content-type": "application/json", ...BAD, ...from("203.0.113.3") },
      body: "{}",
    },
  );
  expect([connect.status, JSON.parse(await connect.text()).code]).toEqual([429, "resource_exhausted"]);
});

test("gRPC calls count as HTTP requests do", async () => {
  for (let times = 0; times < BURST; times += 1) {
    expect((await call({ ...BAD, ...from("203.0.113.4") }).failure).code).toBe(status.UNAUTHENTICATED);
  }
  expect((await call({ ...BAD, ...from("203.0.113.4") }).failure).code).toBe(status.RESOURCE_EXHAUSTED);
});

test("a good key is never slowed by a neighbour behind the same address", async () => {
  await exhaust("203.0.113.5");
  for (let times = 0; times < 10; times += 1) {
    expect((await flags({ ...BAD, ...from("203.0.113.5") })).status).toBe(429);
    expect((await flags({ ...GOOD, ...from("203.0.113.5") })).status).toBe(200);
  }
  expect(await call({ ...GOOD, ...from("203.0.113.5") }).next()).toContain("maintenance_mode");
});

test("addresses of one IPv6 network are one: the next of 2^64 is slowed as well", async () => {
  await exhaust("2001:db8:1:2::1");
  expect((await flags({ ...BAD, ...from("2001:db8:1:2:ffff:ffff:ffff:ffff") })).status).toBe(429);
  expect((await flags({ ...BAD, ...from("2001:db8:1:3::1") })).status).toBe(401);
});

test("a master API key that was not seen before is not verified while its address waits; one that was is let in", async () => {
  const { test: database, sample } = place();
  const [seen, unseen] = [
    await createMasterKey(database.database, sample.organisationId),
    await createMasterKey(database.database, sample.organisationId),
  ];
  const selected = { "flagd-selector": "flagSetId=Demo-shop/Development", ...from("203.0.113.8") };
  const withKey = ({ key }: { key: string }) => ({ authorization: `Api-Key ${key}`, ...selected });
  // From elsewhere, until the server has read of the newer one.
  const elsewhere = from("203.0.113.9");
  await expect.poll(async () => (await flags({ ...withKey(seen), ...elsewhere })).status).toBe(200);
  await exhaust("203.0.113.8");
  for (const ask of [
    flags,
    async (headers: Record<string, string>) => ({ status: (await call(headers).failure).code }),
  ]) {
    expect([429, status.RESOURCE_EXHAUSTED]).toContain((await ask(withKey(unseen))).status);
  }
  expect((await flags(withKey(seen))).status).toBe(200);
  expect((await flags({ ...withKey(unseen), ...elsewhere })).status).toBe(200);
  expect((await flags(withKey(unseen))).status).toBe(200);
});

test("a known key that may not read is told why at any pace", async () => {
  const headers = { ...GOOD, "flagd-selector": "flagSetId=another/one", ...from("203.0.113.6") };
  for (let times = 0; times < 3 * BURST; times += 1) {
    expect((await call(headers).failure).code).toBe(status.PERMISSION_DENIED);
  }
});

test("the admin side answers 429 before it looks anybody up, but not to who was known before", async () => {
  const { server, test: database, sample } = place();
  const path = `/projects/${sample.projectId}/integrations/flagd/`;
  const headers = from("203.0.113.7");
  const asAdmin = async (authorization: string) =>
    await askAdmin(server.address, path, { authorization, headers });
  const known = `Token ${await createAdministrator(database.database, sample.projectId)}`;
  expect((await asAdmin(known)).status).toBe(200);
  const attempts = Array.from({ length: 20 }, (_, index) => `Token ${String(index).padStart(40, "a")}`);
  const statuses = (await Promise.all(attempts.map(asAdmin))).map((reply) => reply.status).sort();
  expect(statuses).toEqual([...Array<number>(BURST).fill(401), ...Array<number>(20 - BURST).fill(429)]);
  const unseen = `Token ${await createAdministrator(database.database, sample.projectId)}`;
  const slowed = await asAdmin(unseen);
  expect(slowed.status).toBe(429);
  expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(50);
  expect((await asAdmin(known)).status).toBe(200);
});

test("what was slowed is counted by reason, and the log has no key", async () => {
  const { server } = place();
  const metrics = (await ask(`http://127.0.0.1:${server.managementPort}/metrics`)).body.toString();
  for (const reason of ["missing_key", "unknown_key", "unverified"]) {
    expect(metrics).toMatch(new RegExp(`flagsmith_flagd_slowed_total\\{reason="${reason}"\\} [1-9]`));
  }
  expect(JSON.stringify(server.log)).not.toContain("nobody-knows-this-key");
});
