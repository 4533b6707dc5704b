import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import type { RefusalReason } from "../../src/model/access.ts";
import { encodedDocument } from "../../src/transports/http/representation.ts";
import { rawSession } from "../grpc/clients.ts";
import { type Served, serveBoard } from "../grpc/harness.ts";
import { GOOD_KEY, REFUSED_KEYS, revisionOf } from "../grpc/tiny-board.ts";
import { ask } from "./client.ts";

const KEY = { "x-environment-key": GOOD_KEY };
const DOCUMENT = "/api/v1/flagd/flags.json";
const DIAGNOSTICS = "/api/v1/flagd/diagnostics.json";
const LARGE = revisionOf("large".repeat(1_000));
const VARY = "Authorization, X-Environment-Key, Flagd-Selector, Accept-Encoding";

async function served(revision = LARGE): Promise<Served> {
  const board = await serveBoard();
  board.board.publish(revision);
  return board;
}

test.each([DOCUMENT, "/v1/flags"])("%s is the document, byte for byte", async (path) => {
  const { url, observed } = await served();
  const reply = await ask(`${url}${path}?x=1`, { headers: KEY });
  expect(reply.status).toBe(200);
  expect(reply.body.equals(LARGE.bytes)).toBe(true);
  expect(reply.headers).toMatchObject({
    "content-type": "application/json",
    "content-length": String(LARGE.bytes.length),
    etag: `"${LARGE.hash}"`,
    "last-modified": "Mon, 23 Nov 2026 11:59:58 GMT",
    "cache-control": "private, no-cache",
    vary: VARY,
    "x-content-type-options": "nosniff",
  });
  expect(reply.headers["content-encoding"]).toBeUndefined();
  await vi.waitFor(() => expect(observed).toEqual([["httpAnswered", path, 200]]));
});

test.each([
  ["gzip", gunzipSync],
  ["br", brotliDecompressSync],
] as const)("answers in %s with an ETag of its own, made once per revision", async (coding, open) => {
  const { url } = await served();
  const headers = { ...KEY, "accept-encoding": coding };
  const reply = await ask(`${url}${DOCUMENT}`, { headers });
  expect(reply.headers["content-encoding"]).toBe(coding);
  expect(reply.headers.etag).toBe(`"${LARGE.hash}-${coding}"`);
  expect(reply.headers["content-length"]).toBe(String(reply.body.length));
  expect(open(reply.body).equals(LARGE.bytes)).toBe(true);

  const head = await ask(`${url}${DOCUMENT}`, { headers, method: "HEAD" });
  const { date: _first, ...expected } = reply.headers;
  expect(head.headers).toMatchObject(expected);
  expect(head.body).toHaveLength(0);
});

test("compresses a document once per coding, however many ask at the same time", async () => {
  const revision = revisionOf("once".repeat(1_000));
  const [one, two, other] = await Promise.all([
    encodedDocument(revision, "gzip"),
    encodedDocument(revision, "gzip"),
    encodedDocument(revision, "br"),
  ]);
  expect(two).toBe(one);
  expect(other.equals(one)).toBe(false);
  expect((await encodedDocument(revision, "identity")).equals(revision.bytes)).toBe(true);
});

test.each([
  ["gzip, br", "br"],
  ["br;q=0.5, gzip", "gzip"],
  ["gzip;q=0.2, identity", undefined],
  ["*", "br"],
  ["br;q=0, *;q=0.1", "gzip"],
  ["x-gzip", "gzip"],
  ["GZIP ; Q=0.8", "gzip"],
  ["gzip;q=0", undefined],
  ["deflate, zstd", undefined],
  ["identity;q=0", undefined],
  ["gzip;q=nonsense", undefined],
  ["", undefined],
])("Accept-Encoding %j is answered in %s", async (wish, coding) => {
  const { url } = await served();
  const reply = await ask(`${url}${DOCUMENT}`, { headers: { ...KEY, "accept-encoding": wish } });
  expect(reply.headers["content-encoding"]).toBe(coding);
});

test("does not compress what is below 1 KB", async () => {
  const { url } = await served(revisionOf("small"));
  const reply = await ask(`${url}${DOCUMENT}`, { headers: { ...KEY, "accept-encoding": "br" } });
  expect(reply.headers["content-encoding"]).toBeUndefined();
});

const EARLIER = "Mon, 23 Nov 2026 11:59:57 GMT";
const SAME = "Mon, 23 Nov 2026 11:59:58 GMT";
const LATER = "Mon, 23 Nov 2026 11:59:59 GMT";

test.each<[string, Record<string, string>, number]>([
  ["its own tag", { "if-none-match": `"${LARGE.hash}"` }, 304],
  ["the tag of another coding", { "if-none-match": `"${LARGE.hash}-br"` }, 304],
  ["a weak tag, as proxies make", { "if-none-match": `W/"${LARGE.hash}-gzip"` }, 304],
  ["a list", { "if-none-match": `"x", W/"y","${LARGE.hash}"` }, 304],
  ["a star", { "if-none-match": " * " }, 304],
  ["another tag", { "if-none-match": '"x"' }, 200],
  ["a tag without quotes", { "if-none-match": LARGE.hash }, 200],
  ["another tag beside a time that would do", { "if-none-match": '"x"', "if-modified-since": LATER }, 200],
  [
    "its tag beside a time that would not",
    { "if-none-match": `"${LARGE.hash}"`, "if-modified-since": EARLIER },
    304,
  ],
  ["the same second", { "if-modified-since": SAME }, 304],
  ["a later second", { "if-modified-since": LATER }, 304],
  ["an earlier second", { "if-modified-since": EARLIER }, 200],
  ["no date", { "if-modified-since": "yesterday" }, 200],
])("conditional: %s", async (_what, headers, status) => {
  const { url } = await served();
  for (const method of ["GET", "HEAD"]) {
    const reply = await ask(`${url}${DOCUMENT}`, { method, headers: { ...KEY, ...headers } });
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject({
      etag: `"${LARGE.hash}"`,
      "last-modified": SAME,
      "cache-control": "private, no-cache",
      vary: VARY,
      "x-content-type-options": "nosniff",
    });
    if (status === 304) expect(reply.body).toHaveLength(0);
  }
});

test("a 304 has the tag of the coding that the client would have got", async () => {
  const { url } = await served();
  const headers = { ...KEY, "accept-encoding": "gzip", "if-none-match": `"${LARGE.hash}"` };
  const reply = await ask(`${url}${DOCUMENT}`, { headers });
  expect([reply.status, reply.headers.etag]).toEqual([304, `"${LARGE.hash}-gzip"`]);
});

test("Last-Modified never lies ahead of Date", async () => {
  const { url } = await served({ ...LARGE, versionMs: Date.UTC(2027, 0, 1) });
  const reply = await ask(`${url}${DOCUMENT}`, { headers: KEY });
  expect(reply.headers["last-modified"]).toBe("Mon, 23 Nov 2026 12:00:00 GMT");
});

test("diagnostics have the tag of their own content", async () => {
  const { url } = await served();
  const reply = await ask(`${url}${DIAGNOSTICS}`, { headers: { ...KEY, "accept-encoding": "gzip" } });
  expect(JSON.parse(gunzipSync(reply.body).toString())).toMatchObject({ revision: LARGE.hash });
  expect(reply.headers.etag).not.toContain(LARGE.hash);
  const headers = { ...KEY, "if-none-match": String(reply.headers.etag) };
  expect((await ask(`${url}${DIAGNOSTICS}`, { headers })).status).toBe(304);
});

test.each([
  ["X-Environment-Key", { "X-Environment-Key": GOOD_KEY }],
  ["Bearer", { Authorization: `Bearer ${GOOD_KEY}` }],
  ["a raw Authorization", { Authorization: GOOD_KEY }],
  ["Flagd-Selector", { "Flagd-Selector": GOOD_KEY }],
])("takes the key by %s", async (_carrier, headers) => {
  const { url } = await served();
  expect((await ask(`${url}/v1/flags`, { headers })).status).toBe(200);
});

const STATUSES: Readonly<Record<RefusalReason, number>> = {
  missing_key: 401,
  unknown_key: 401,
  client_side_key: 403,
  organisation_stopped: 403,
  wrong_flag_set: 403,
  edge_project: 403,
  project_not_enabled: 404,
  malformed_selector: 400,
  ambiguous_flag_set: 409,
  flag_set_needed: 400,
  not_an_admin_key: 403,
  master_keys_unreadable: 503,
  busy: 503,
  document_too_large: 503,
  too_many_failures: 429,
};

test.each(Object.entries(STATUSES) as [RefusalReason, number][])(
  "refuses %s with %i",
  async (reason, status) => {
    const { url } = await served();
    const headers: Record<string, string> =
      reason === "missing_key" ? {} : { "x-environment-key": REFUSED_KEYS[reason] };
    for (const path of [DOCUMENT, DIAGNOSTICS, "/v1/flags"]) {
      const expected = path === "/v1/flags" && reason === "wrong_flag_set" ? 404 : status;
      const reply = await ask(`${url}${path}`, { headers });
      expect(reply.status).toBe(expected);
      expect(reply.headers["content-type"]).toBe("application/problem+json");
      expect(reply.headers["cache-control"]).toBe("no-store");
      expect(reply.headers["www-authenticate"] !== undefined).toBe(expected === 401);
      expect(JSON.parse(reply.body.toString())).toEqual({
        type: `https://github.com/flagsmith-flagd/flagsmith-flagd/blob/main/docs/errors.md#${reason}`,
        title: expect.any(String),
        status: expected,
        detail: `refused, 100 %: ${reason}`,
        reason,
      });
      const head = await ask(`${url}${path}`, { headers, method: "HEAD" });
      expect([head.status, head.headers["content-length"], head.body.length]).toEqual([
        expected,
        String(reply.body.length),
        0,
      ]);
    }
  },
);

test("says 503 with Retry-After while there is no revision", async () => {
  const { url } = await serveBoard();
  const reply = await ask(`${url}${DOCUMENT}`, { headers: KEY });
  expect([reply.status, reply.headers["retry-after"]]).toEqual([503, "1"]);
});

test("other methods get 405 with Allow, other paths 404", async () => {
  const { url } = await served();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const reply = await ask(`${url}${DOCUMENT}`, { method, headers: KEY });
    expect([reply.status, reply.headers.allow]).toEqual([405, "GET, HEAD"]);
  }
  expect((await ask(`${url}/api/v1/flagd/flags`, { headers: KEY })).status).toBe(404);
});

test("HTTP/2 gets the same answer on the same port", async () => {
  const { url } = await served();
  const stream = rawSession(url).request({ ":path": DOCUMENT, ...KEY, "accept-encoding": "gzip" });
  const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  expect(headers[":status"]).toBe(200);
  expect(headers.etag).toBe(`"${LARGE.hash}-gzip"`);
  expect(gunzipSync(Buffer.concat(chunks)).equals(LARGE.bytes)).toBe(true);
});
