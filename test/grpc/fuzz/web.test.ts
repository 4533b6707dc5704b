import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runs, SEEDS } from "../../property/seeds.ts";
import { frameOf, serialiseRequest } from "../clients.ts";
import { GOOD_KEY } from "../tiny-board.ts";
import { besiege, FUZZ_TIMEOUT_MS, fuzzRuns, SECRET } from "./siege.ts";

const json = fc.oneof(
  fc.json(),
  fc.constantFrom(
    "",
    "{",
    "null",
    "[]",
    '{"selector":1}',
    '{"selector":"\\ud800"}',
    '{"nothing":"known"}',
    "[".repeat(9_000),
  ),
  fc.constant(JSON.stringify({ selector: SECRET, providerId: SECRET })),
  fc.integer({ min: 1, max: 30_000 }).map((length) => JSON.stringify({ selector: "k".repeat(length) })),
);
const binary = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(serialiseRequest({ selector: SECRET })),
  fc.constant(Buffer.alloc(20_000)),
);
const message = fc.oneof(
  json.map((text) => Buffer.from(text)),
  binary,
  binary.map((bytes) => gzipSync(bytes)),
);
const framed = fc
  .tuple(message, fc.constantFrom(0, 0, 0, 1, 2, 3, 128))
  .map(([bytes, flag]) => frameOf(bytes, flag));
const body = fc.oneof(
  message,
  framed,
  framed.map((bytes) => Buffer.from(bytes.toString("base64"))),
  fc.tuple(framed, fc.integer({ min: 0, max: 60 })).map(([bytes, end]) => bytes.subarray(0, end)),
  fc.array(framed, { minLength: 2, maxLength: 3 }).map((all) => Buffer.concat(all)),
);

const SERVICE = "/flagd.sync.v1.FlagSyncService";
const call = fc.record({
  body,
  path: fc.constantFrom(
    `${SERVICE}/SyncFlags`,
    `${SERVICE}/FetchAllFlags`,
    `${SERVICE}/GetMetadata`,
    "/grpc.health.v1.Health/Check",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  ),
  method: fc.constantFrom("POST", "POST", "POST", "GET", "PUT", "OPTIONS"),
  type: fc.constantFrom(
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web+json",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
    "application/connect+proto",
    "application/connect+json",
    "application/json",
    "application/proto",
    "text/plain",
    "application/json; charset=latin1",
  ),
  encoding: fc.constantFrom(undefined, undefined, "gzip", "br", "snappy", "identity"),
  timeout: fc.constantFrom(undefined, undefined, "0", "-1", "1e9", "99999999999", "nonsense"),
  query: fc.constantFrom(
    "",
    "?connect=v1&encoding=json&message=%7B%7D",
    "?message=%",
    "?encoding=proto&base64=1&message=!!!",
  ),
  version: fc.constantFrom("1", "2", "1"),
});

/** What an answer may be: never 5xx but what an RPC's own status is mapped to, which is not our failure. */
const ALLOWED = new Set([
  200, 204, 400, 401, 403, 404, 405, 408, 409, 413, 415, 429, 431, 499, 501, 503, 504, 505,
]);

test.each(SEEDS)(
  "gRPC-Web and Connect calls with any body are answered, on HTTP/1 over many connections (%s)",
  async (_name, seed) => {
    await besiege(call, runs(seed, fuzzRuns(80)), async (siege, one) => {
      const { socket, bytes } = await siege.dial();
      const headers = [
        `${one.method} ${one.path}${one.query} HTTP/1.1`,
        "Host: localhost",
        `Content-Type: ${one.type}`,
        `Content-Length: ${one.body.length}`,
        `X-Environment-Key: ${SECRET}`,
        "Connection: close",
        ...(one.version === "1" ? [] : [`Connect-Protocol-Version: ${one.version}`]),
        ...(one.encoding === undefined
          ? []
          : [`Content-Encoding: ${one.encoding}`, `Grpc-Encoding: ${one.encoding}`]),
        ...(one.timeout === undefined ? [] : [`Connect-Timeout-Ms: ${one.timeout}`]),
      ];
      socket.write(Buffer.concat([Buffer.from(`${headers.join("\r\n")}\r\n\r\n`), one.body]));
      await new Promise((resolve) => socket.once("close", resolve));
      const answer = bytes().toString("latin1");
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
      // What gRPC's statuscodes.md calls INTERNAL although the client is to blame.
      if (status === 500) expect(answer).toMatch(/"message":"(parse binary|protocol error)/);
      else expect(ALLOWED, answer.slice(0, 300)).toContain(status);
      expect(answer).not.toContain(SECRET);
      expect(answer).not.toContain(" at ");
    });
  },
  FUZZ_TIMEOUT_MS,
);

test("a key that is good, in every form of body, opens a unary call", async () => {
  await besiege(fc.constantFrom("application/json", "application/proto"), runs(1, 4), async (siege, type) => {
    const answer = await fetch(`${siege.served.url}${SERVICE}/FetchAllFlags`, {
      method: "POST",
      headers: { "content-type": type, connection: "close" },
      body: type.endsWith("json")
        ? JSON.stringify({ selector: GOOD_KEY })
        : new Uint8Array(serialiseRequest({ selector: GOOD_KEY })),
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("for honest clients");
  });
});
