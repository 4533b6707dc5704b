import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { createAdministrator } from "../admin/administrator.ts";
import { askAdmin } from "../admin/ask-admin.ts";
import { startTestServer } from "../server/harness.ts";
import { ask } from "./client.ts";
import { httpPlace } from "./place.ts";

const KEY = { "x-environment-key": DEMO_KEYS.development };
const place = httpPlace(() => ({}));
const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

test.each([
  ["the document", "/api/v1/flagd/flags.json", KEY, 200],
  ["a refusal", "/v1/flags", {}, 401],
  ["the diagnostics", "/api/v1/flagd/diagnostics.json", KEY, 200],
  ["no path", "/nothing", {}, 404],
  ["the admin side", "/api/v1/projects/1/integrations/flagd/", {}, 401],
])("%s carries the security headers, and no word of what serves it", async (_what, path, headers, status) => {
  const reply = await ask(`http://${place().server.address}${path}`, { headers });
  expect(reply.status).toBe(status);
  expect(reply.headers).toMatchObject(SECURITY_HEADERS);
  for (const name of ["server", "x-powered-by", "via", "strict-transport-security", "set-cookie"]) {
    expect(reply.headers[name]).toBeUndefined();
  }
  expect(Object.keys(reply.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test.each(["/healthz", "/readyz", "/metrics", "/nothing"])("the management port's %s too", async (path) => {
  const reply = await ask(`http://127.0.0.1:${place().server.managementPort}${path}`);
  expect(reply.headers).toMatchObject(SECURITY_HEADERS);
  expect(reply.headers.server).toBeUndefined();
});

test("the management port is bound to the loopback unless it is told otherwise, whatever HOST says", async () => {
  const preset = loadConfig({ env: { DATABASE_URL: "postgres://x", HOST: "0.0.0.0" } });
  expect([preset.host, preset.managementHost]).toEqual(["0.0.0.0", "127.0.0.1"]);
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === "IPv4" && !address.internal)?.address;
  if (outside === undefined)
    throw new Error("this machine has no address but the loopback: nothing can be shown");
  const { test: database } = place();
  for (const [managementHost, reached] of [
    ["127.0.0.1", false],
    ["0.0.0.0", true],
  ] as const) {
    const server = await startTestServer(database.url, { HOST: "0.0.0.0", MANAGEMENT_HOST: managementHost });
    try {
      const asked = ask(`http://${outside}:${server.managementPort}/healthz`).then(
        ({ status }) => status === 200,
        () => false,
      );
      expect(await asked).toBe(reached);
      expect((await ask(`http://${outside}:${server.syncPort}/nothing`)).status).toBe(404);
    } finally {
      await server.stop();
    }
  }
});

test("no answer repeats what was sent whole", async () => {
  const { server, test: database, sample } = place();
  const long = "secret-".repeat(1_000);
  const token = await createAdministrator(database.database, sample.projectId);
  const path = `/projects/${sample.projectId}/integrations/flagd/`;
  const bodies = [
    { semantics: long },
    { [long]: 1 },
    Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`unknown-${index}`, 1])),
    `{"enabled": ${long}`,
  ];
  for (const body of bodies) {
    const reply = await askAdmin(server.address, path, {
      method: "POST",
      body,
      authorization: `Token ${token}`,
    });
    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply.body).length).toBeLessThan(3_000);
    expect(JSON.stringify(reply.body)).not.toContain(long);
  }
  const paths = [`/${long}`, `/v1/flags?${long}`, `/api/v1/flagd/flags.json/${long}`];
  for (const each of paths) {
    const reply = await ask(`http://${server.address}${each}`, { headers: { "x-environment-key": long } });
    expect(reply.body.toString()).not.toContain("secret-");
  }
});
