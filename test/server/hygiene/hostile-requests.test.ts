/** Issue 7, as an attacker: what a stranger can ask for costs little, tells nothing, and leads nowhere. */
import { type ClientRequest, get, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import pg from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { createServerKey, expireServerKey, setServerKeyActive } from "../../../src/demo/writer/write-keys.ts";
import { ask } from "../../http/client.ts";
import { createMasterKey, newMasterKey } from "../../support/master-key.ts";
import { eventually } from "../harness.ts";
import { CALLS, overHttp, syncFlags } from "../keys/callers.ts";
import { keysPlace } from "../keys/place.ts";

const DEVELOPMENT = { "x-environment-key": DEMO_KEYS.development };
const EVENTS = 32;
const MANAGEMENT_CONNECTIONS = 1_000;

describe("a stranger", { timeout: 60_000 }, () => {
  const place = keysPlace({ RECONCILE_SECONDS: "3600" });
  const open: { destroy(): unknown }[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.destroy();
  });

  /** As it is: other clients would put dots and slashes in order first. */
  const asIs = (port: number, path: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
      );
      open.push(socket);
      text(socket).then(
        (body) => resolve({ status: Number(body.slice(9, 12)), body }),
        (error) => reject(error),
      );
    });

  it.each([
    "/../package.json",
    "/openapi.yaml/../package.json",
    "/openapi.yaml/../../../../../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/..\\..\\package.json",
    "//etc/passwd",
    "/page/page.css",
    "/api/status/../../package.json",
    "/api/status/__proto__",
    "/api/status/constructor",
    "/v1/flags/../../package.json",
    "/api/v1/projects/1/integrations/flagd/../../../../package.json",
    "/api/v1/projects/__proto__/integrations/flagd/",
    "http://evil.example/etc/passwd",
    "*",
  ])("is led nowhere by %s", async (path) => {
    for (const port of [place.server.syncPort, place.server.managementPort]) {
      const { status, body } = await asIs(port, path);
      expect([400, 404]).toContain(status);
      expect(body).not.toMatch(/root:|"name": "flagsmith-flagd"|:root \{/);
    }
  });

  it("costs no query of keys, however many are tried, and is told the same of each kind", async () => {
    const { database } = place;
    const { developmentId: environmentId, organisationId } = place.sample;
    const [expired, inactive] = [
      await createServerKey(database, { environmentId, name: "expired" }),
      await createServerKey(database, { environmentId, name: "inactive" }),
    ];
    await expireServerKey(database, expired.id);
    await setServerKeyActive(database, inactive.id, false);
    const revoked = await createMasterKey(database, organisationId);
    await database.query("UPDATE api_keys_masterapikey SET revoked = true WHERE prefix = $1", [
      revoked.prefix,
    ]);
    const { prefix } = await createMasterKey(database, organisationId);
    const witness = await createServerKey(database, { environmentId, name: "witness" });
    const { address } = place.server;
    // What was written before it is known as well.
    await eventually(async () =>
      "flagSetId" in (await syncFlags(address, { metadata: { "x-environment-key": witness.key } }))
        ? true
        : undefined,
    );
    const kinds = [
      "ser.unknown",
      expired.key,
      inactive.key,
      newMasterKey().key,
      revoked.key,
      `${prefix}.wrong`,
      "x",
    ];

    const asked: string[] = [];
    const query = pg.Client.prototype.query;
    const spy = vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (
      this: pg.Client,
      ...given: unknown[]
    ) {
      asked.push(inspect(given, { depth: 4 }));
      return Reflect.apply(query, this, given);
    } as typeof query);
    try {
      for (const call of CALLS) {
        const answers = await Promise.all(
          kinds.map((key) => call.ask(address, { metadata: { "x-environment-key": key } })),
        );
        expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveProperty("size", 1);
        expect(["UNAUTHENTICATED", 401]).toContain((answers[0] as { code: unknown }).code);
      }
      const many = Array.from({ length: 300 }, (_, index) =>
        overHttp("/v1/flags")(address, { metadata: { "x-environment-key": `ser.unknown-${index}` } }),
      );
      await Promise.all(many);
    } finally {
      spy.mockRestore();
    }
    // The server's own reading of all keys goes on beside: none of its statements is for one key.
    expect(asked.length).toBeLessThan(60);
    expect(asked.filter((given) => /unknown|wrong/.test(given))).toEqual([]);
    const shown = await Promise.all(
      kinds.map(async (key) => {
        const reply = await ask(`http://${address}/v1/flags`, { headers: { "x-environment-key": key } });
        const { date: _, ...headers } = reply.headers;
        return JSON.stringify([reply.status, headers, reply.body.toString()]);
      }),
    );
    expect(new Set(shown).size).toBe(1);
  });

  it("is refused a selector that is too long, and one that is long costs nothing", async () => {
    const { address } = place.server;
    for (const [length, code] of [
      [12_000, "PERMISSION_DENIED"],
      [40_000, "RESOURCE_EXHAUSTED"],
    ] as const) {
      const fields = { selector: `flagSetId=${"a/".repeat(length / 2)}` };
      for (const call of CALLS.filter((one) => one.fields)) {
        expect(await call.ask(address, { metadata: DEVELOPMENT, fields })).toMatchObject({ code });
      }
    }
    const reply = await ask(`http://${address}/v1/flags`, {
      headers: { ...DEVELOPMENT, "flagd-selector": "a".repeat(40_000) },
    });
    expect(reply.status).toBe(431);
  });

  const watchStatus = (): Promise<{ request: ClientRequest; response: IncomingMessage }> =>
    new Promise((resolve, reject) => {
      const url = `http://127.0.0.1:${place.server.managementPort}/api/status/events`;
      const request = get(url, { agent: false }, (response) => resolve({ request, response })).on(
        "error",
        reject,
      );
      open.push(request);
    });

  it("takes no more of the status page's places than there are, and nothing else suffers", async () => {
    const watching = await Promise.all(Array.from({ length: EVENTS + 5 }, watchStatus));
    const statuses = watching.map(({ response }) => response.statusCode).sort();
    expect(statuses).toEqual([...Array<number>(EVENTS).fill(200), ...Array<number>(5).fill(503)]);
    const management = `http://127.0.0.1:${place.server.managementPort}`;
    for (const path of ["/readyz", "/metrics", "/api/status"]) {
      expect((await ask(management + path)).status).toBe(200);
    }
    expect((await ask(`http://${place.server.address}/v1/flags`, { headers: DEVELOPMENT })).status).toBe(200);
    watching.find(({ response }) => response.statusCode === 200)?.request.destroy();
    await eventually(async () => ((await watchStatus()).response.statusCode === 200 ? true : undefined));
  });

  it("takes no more connections of the management port than there are, and clients keep theirs", async () => {
    let refused = 0;
    const sockets: Socket[] = [];
    await Promise.all(
      Array.from({ length: MANAGEMENT_CONNECTIONS + 20 }, async () => {
        const socket = connect(place.server.managementPort, "127.0.0.1");
        socket
          .on("error", () => undefined)
          .once("close", () => {
            refused += 1;
          });
        sockets.push(socket);
        open.push(socket);
        await new Promise((resolve) => socket.once("connect", resolve).once("error", resolve));
      }),
    );
    await eventually(() => (refused >= 20 ? true : undefined));
    const told = place.server.log.filter(({ message }) => message.includes("as many connections as may be"));
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toContain(`"maxConnections":${MANAGEMENT_CONNECTIONS}`);
    expect((await ask(`http://${place.server.address}/v1/flags`, { headers: DEVELOPMENT })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    const health = `http://127.0.0.1:${place.server.managementPort}/healthz`;
    await eventually(async () =>
      (await ask(health).then(
        ({ status }) => status,
        () => 0,
      )) === 200
        ? true
        : undefined,
    );
  });
});
