import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { StatusReport } from "../../src/model/status.ts";
import { systemClock } from "../../src/support/clock.ts";
import { createManagementRoutes } from "../../src/transports/management/routes.ts";
import { createStatusRoutes } from "../../src/transports/management/status/routes.ts";
import { ask, type Reply } from "../http/client.ts";

const TOKEN = "a-token-of-20-letters";

const REPORT: StatusReport = {
  generatedAt: "2026-01-01T00:00:00.000Z",
  databaseTime: "2026-01-01T00:00:00.000Z",
  server: {
    version: "1",
    startedAt: "2026-01-01T00:00:00.000Z",
    processes: 1,
    ready: true,
    waitingFor: [],
    stale: null,
  },
  totals: { environments: 0, followers: 0, current: 0, behind: 0, changes: 0, scheduled: 0 },
  environments: [],
  followers: [],
  changes: [],
  schedule: [],
};

const PROTECTED = ["/", "/api/status", "/api/status/environments", "/api/status/events"];
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A port that is bound to the loopback and believes to be bound to `host`. */
async function serve(host: string, token?: string): Promise<string> {
  const log = { warn: () => undefined };
  const source = { report: () => REPORT, onChange: () => () => undefined };
  const status = createStatusRoutes({ source, host, token, clock: systemClock, log });
  const metrics = { contentType: "text/plain", render: () => Promise.resolve("up 1\n") };
  const server = createServer(
    createManagementRoutes({ readiness: () => ({ ready: true, waitingFor: [] }), metrics, status, log }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const statuses = async (url: string, headers: Record<string, string> = {}): Promise<number[]> =>
  await Promise.all(PROTECTED.slice(0, 3).map(async (path) => (await ask(url + path, { headers })).status));

async function signIn(url: string, token: string): Promise<Response> {
  const body = new URLSearchParams({ token });
  return await fetch(`${url}/sign-in`, { method: "POST", body, redirect: "manual" });
}

describe("who may see the status", () => {
  it("anybody on the loopback who asks for it by name", async () => {
    const url = await serve("127.0.0.1");
    expect(await statuses(url)).toEqual([200, 200, 200]);
    expect(await statuses(url, { host: "localhost:8014" })).toEqual([200, 200, 200]);
    expect(await statuses(url, { host: "[::1]:8014" })).toEqual([200, 200, 200]);
  });

  it("nobody who was led to the loopback by another name", async () => {
    const url = await serve("127.0.0.1");
    expect(await statuses(url, { host: "evil.example:8014" })).toEqual([403, 403, 403]);
  });

  it.each(["0.0.0.0", "::", "10.0.0.1", "status.example.com"])(
    "nobody without a token on %s, with advice",
    async (host) => {
      const url = await serve(host);
      expect(await statuses(url, { host: "localhost" })).toEqual([403, 403, 403]);
      const problem = JSON.parse((await ask(`${url}/api/status`)).body.toString());
      expect(problem).toMatchObject({
        reason: "status_token_not_set",
        detail: expect.stringContaining("STATUS_TOKEN"),
      });
      expect((await ask(`${url}/api/status/events`)).status).toBe(403);
      expect((await ask(url)).body.toString()).toContain("STATUS_TOKEN");
      for (const path of ["/healthz", "/readyz", "/metrics"])
        expect((await ask(url + path)).status).toBe(200);
    },
  );

  it("with a token only who has it, on the loopback too", async () => {
    for (const host of ["0.0.0.0", "127.0.0.1"]) {
      const url = await serve(host, TOKEN);
      expect(await statuses(url)).toEqual([401, 401, 401]);
      expect(await statuses(url, { authorization: "Bearer wrong" })).toEqual([401, 401, 401]);
      expect(await statuses(url, { authorization: `Bearer ${TOKEN}` })).toEqual([200, 200, 200]);
      expect((await ask(`${url}/api/status/events`)).status).toBe(401);
    }
  });

  it("a browser that signed in, until it signs out; the cookie holds no token", async () => {
    const url = await serve("0.0.0.0", TOKEN);
    const wrong = await signIn(url, "wrong");
    expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([401, null]);
    expect(await wrong.text()).toContain("That is not the token");
    const right = await signIn(url, TOKEN);
    expect([right.status, right.headers.get("location")]).toEqual([303, "/"]);
    const setCookie = right.headers.get("set-cookie") ?? "";
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict; /);
    expect(setCookie).not.toContain(TOKEN);
    const cookie = setCookie.split(";")[0] ?? "";
    expect(await statuses(url, { cookie: `other=1; ${cookie}` })).toEqual([200, 200, 200]);
    expect(await statuses(url, { cookie: `${cookie}0` })).toEqual([401, 401, 401]);
    const out = await fetch(`${url}/sign-out`, { method: "POST", redirect: "manual" });
    expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
  });

  it("and nobody may change anything", async () => {
    const url = await serve("127.0.0.1");
    for (const path of PROTECTED) {
      const reply: Reply = await ask(url + path, { method: "POST" });
      expect([reply.status, reply.headers.allow]).toEqual([405, "GET, HEAD"]);
    }
    expect((await ask(`${url}/sign-in`)).status).toBe(405);
  });

  it("the page runs its own script only", async () => {
    const reply = await ask(await serve("127.0.0.1"));
    const policy = String(reply.headers["content-security-policy"]);
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'/,
    );
    expect(policy).not.toContain("unsafe");
    const html = reply.body.toString();
    expect(html).not.toMatch(/^(import|export) /m);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
