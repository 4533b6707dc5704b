import fc from "fast-check";
import { expect, test } from "vitest";
import { besiege, FUZZ_TIMEOUT_MS, fuzzRuns, SECRET } from "../grpc/fuzz/siege.ts";
import { GOOD_KEY } from "../grpc/tiny-board.ts";
import { runs, SEEDS } from "../property/seeds.ts";

const text = fc.string({ maxLength: 40, unit: "binary" }).map((each) => Buffer.from(each).toString("latin1"));
/** What may stand in a header: Node's parser takes no other bytes. */
const value = fc.oneof(
  text.map((each) => each.replace(/[^\t\x20-\x7e\x80-\xff]/g, "")),
  fc.constantFrom(
    "",
    " ",
    SECRET,
    `Bearer ${SECRET}`,
    `Bearer ${GOOD_KEY}`,
    "Bearer",
    "Bearer  ",
    `${GOOD_KEY},${SECRET}`,
  ),
  fc.integer({ min: 1, max: 12_000 }).map((length) => "k".repeat(length)),
);
const name = fc.constantFrom(
  "X-Environment-Key",
  "Authorization",
  "Flagd-Selector",
  "Accept-Encoding",
  "If-None-Match",
  "If-Modified-Since",
  "Content-Type",
  "Expect",
  "Upgrade",
  "Range",
);
const path = fc.oneof(
  fc.constantFrom(
    "/v1/flags",
    "/api/v1/flagd/flags.json",
    "/api/v1/flagd/diagnostics.json",
    "*",
    "http://x/v1/flags",
    "//",
  ),
  text.map((each) => `/${encodeURIComponent(each)}`),
  text.map((each) => `/v1/flags?${each.replace(/[^\x21-\x7e]/g, "")}`),
  fc.constantFrom(
    `/v1/flags?key=${SECRET}`,
    "/v1/flags?%",
    "/v1/flags/..%2f..",
    `/v1/flags?${"q".repeat(9_000)}`,
  ),
);
const request = fc
  .record({
    method: fc.constantFrom(
      "GET",
      "GET",
      "GET",
      "HEAD",
      "POST",
      "DELETE",
      "TRACE",
      "CONNECT",
      "PRI",
      "NONSENSE",
    ),
    path,
    version: fc.constantFrom("1.1", "1.1", "1.1", "1.0", "9.9"),
    headers: fc.array(fc.tuple(name, value), { maxLength: 6 }),
    body: fc.constantFrom("", "", "{}", "chunk"),
  })
  .map(({ method, path: target, version, headers, body }) =>
    [
      `${method} ${target} HTTP/${version}`,
      "Host: localhost",
      "Connection: close",
      ...headers.map(([header, content]) => `${header}: ${content}`),
      ...(body === "" ? [] : [`Content-Length: ${body.length}`]),
      "",
      body,
    ].join("\r\n"),
  );

const ALLOWED = new Set([200, 304, 400, 401, 403, 404, 405, 408, 413, 417, 431, 501, 503, 505]);

test.each(SEEDS)(
  "HTTP requests with any path, query, key and header are answered or refused (%s)",
  async (_name, seed) => {
    await besiege(request, runs(seed, fuzzRuns(100)), async (siege, head) => {
      const { socket, bytes, closed } = await siege.dial();
      socket.write(head, "latin1");
      // An incomplete request would be waited for.
      if (head.startsWith("PRI")) socket.end();
      await closed;
      const answer = bytes().toString("latin1");
      // CONNECT is hung up on, and PRI is answered in HTTP/2.
      if (/^(CONNECT|PRI) /.test(head)) return;
      const status = Number(
        /^HTTP\/1\.1 (\d{3}) /.exec(answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ""))?.[1],
      );
      expect(ALLOWED, `${head.slice(0, 200)} -> ${answer.slice(0, 200)}`).toContain(status);
      expect(answer).not.toContain(SECRET);
    });
  },
  FUZZ_TIMEOUT_MS,
);

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((each) => Buffer.from(each)),
  request.map((each) => Buffer.from(each, "latin1")),
  fc
    .constantFrom(
      "\r\n\r\n",
      "GET",
      "PRI",
      "\u0016\u0003\u0001",
      "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n",
    )
    .map((each) => Buffer.from(each)),
);

test.each(SEEDS)(
  "bytes of any kind, cut anywhere, harm nobody else and leave nothing (%s)",
  async (_name, seed) => {
    const attack = fc.record({
      parts: fc.array(bytes, { minLength: 1, maxLength: 3 }),
      cut: fc.option(fc.integer({ min: 0, max: 400 })),
      leaving: fc.constantFrom("reset", "end", "stay"),
    });
    await besiege(attack, runs(seed, fuzzRuns(100)), async (siege, { parts, cut, leaving }) => {
      const { socket } = await siege.dial();
      const all = Buffer.concat(parts).subarray(0, cut ?? undefined);
      const half = Math.ceil(all.length / 2);
      for (const piece of [all.subarray(0, half), all.subarray(half)]) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
      if (leaving === "reset") socket.resetAndDestroy();
      if (leaving === "end") socket.end();
    });
  },
  FUZZ_TIMEOUT_MS,
);

test.each([
  [
    "a key of 1 MB",
    `GET /v1/flags HTTP/1.1\r\nHost: x\r\nX-Environment-Key: ${"k".repeat(1_000_000)}\r\n\r\n`,
    /^(HTTP\/1\.1 431 |$)/,
  ],
  [
    "a key with a NUL",
    "GET /v1/flags HTTP/1.1\r\nHost: x\r\nX-Environment-Key: a\0b\r\n\r\n",
    /^HTTP\/1\.1 400 /,
  ],
  [
    "a key in UTF-8",
    "GET /v1/flags HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Environment-Key: ser.\u00fc\u2603\r\n\r\n",
    /^HTTP\/1\.1 401 /,
  ],
  [
    "several keys, of which the first is good",
    `GET /v1/flags HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${GOOD_KEY}\r\nAuthorization: ${SECRET}\r\n\r\n`,
    /^HTTP\/1\.1 200 /,
  ],
  ["no host", "GET /v1/flags HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
])("%s", async (_what, head, expected) => {
  await besiege(fc.constant(head), { numRuns: 1 }, async (siege, one) => {
    const { socket, bytes: answer, closed } = await siege.dial();
    socket.write(one);
    await closed;
    expect(answer().toString("latin1")).toMatch(expected);
  });
});
