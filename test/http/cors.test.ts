import { expect, test } from "vitest";
import { DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { createCors } from "../../src/transports/http/cors.ts";
import { ask } from "./client.ts";
import { httpPlace } from "./place.ts";

const PAGE = "https://app.example.com";
const KEY = { "x-environment-key": DEMO_KEYS.development };
const FLAGS = "/api/v1/flagd/flags.json";
const FETCH = "/flagd.sync.v1.FlagSyncService/FetchAllFlags";
const place = httpPlace(() => ({ CORS_ORIGINS: `${PAGE}, https://other.example.com` }));
const at = (path: string): string => `http://${place().server.address}${path}`;
const corsHeaders = (headers: object): string[] =>
  Object.keys(headers).filter((name) => name.startsWith("access-control-"));

test.each([FLAGS, FETCH])(
  "a preflight for %s is answered for a listed page, before any key is asked for",
  async (path) => {
    const headers = { origin: PAGE, "access-control-request-method": "POST" };
    const reply = await ask(at(path), { method: "OPTIONS", headers });
    expect(reply.status).toBe(204);
    expect(reply.headers).toMatchObject({
      "access-control-allow-origin": PAGE,
      "access-control-allow-methods": "GET, HEAD, POST",
      "access-control-max-age": "7200",
      vary: "Origin",
    });
    const allowed = String(reply.headers["access-control-allow-headers"]).toLowerCase().split(", ");
    for (const name of [
      "x-environment-key",
      "flagd-selector",
      "content-type",
      "connect-protocol-version",
      "x-grpc-web",
    ]) {
      expect(allowed).toContain(name);
    }
  },
);

test("a listed page may read the document, and caches keep pages apart", async () => {
  const reply = await ask(at(FLAGS), { headers: { ...KEY, origin: PAGE } });
  expect(reply.status).toBe(200);
  expect(reply.headers["access-control-allow-origin"]).toBe(PAGE);
  expect(reply.headers["access-control-expose-headers"]).toContain("ETag");
  expect(reply.headers["access-control-allow-credentials"]).toBeUndefined();
  expect(reply.headers.vary).toMatch(/^Origin, Authorization/);
  expect((await ask(at(FLAGS), { headers: KEY })).headers.vary).toMatch(/^Origin/);
});

test("over Connect and gRPC-Web too, also when refused", async () => {
  for (const [type, body] of [
    ["application/json", "{}"],
    ["application/grpc-web+proto", "\u0000\u0000\u0000\u0000\u0000"],
  ]) {
    for (const key of [KEY, {}]) {
      const headers = { origin: PAGE, "content-type": type ?? "", ...key };
      const reply = await fetch(at(FETCH), { method: "POST", headers, body: body ?? "" });
      expect(reply.headers.get("access-control-allow-origin")).toBe(PAGE);
      expect(reply.headers.get("content-type")).toContain("application/");
    }
  }
});

test("no other page is named, and nobody is for the admin side", async () => {
  for (const [path, origin] of [
    [FLAGS, "https://evil.example.com"],
    [FLAGS, "https://app.example.com.evil.com"],
    [FLAGS, "null"],
    [`/api/v1/projects/${place().sample.projectId}/integrations/flagd/`, PAGE],
  ]) {
    for (const method of ["GET", "OPTIONS"]) {
      const headers = { origin: origin ?? "", "access-control-request-method": "GET" };
      expect(corsHeaders((await ask(at(path ?? ""), { method, headers })).headers)).toEqual([]);
    }
  }
});

test("* stands for all pages; nothing listed says nothing", () => {
  const seen = new Map<string, string | number>();
  const response = {
    statusCode: 0,
    setHeader: (name: string, value: string | number) => seen.set(name, value),
    appendHeader: (name: string, value: string) => seen.set(name, value),
    end: () => undefined,
  };
  const request = { method: "GET", url: "/", headers: { origin: PAGE } };
  expect(createCors([])(request, response)).toBe(false);
  expect(seen.size).toBe(0);
  expect(createCors(["*"])(request, response)).toBe(false);
  expect(seen.get("Access-Control-Allow-Origin")).toBe("*");
});
