import { baseline } from "../baseline.ts";
import type { Bench } from "../bench.ts";
import type { HttpAnswer } from "../client/http-exchange.ts";
import { sameDocument, shortly } from "../documents.ts";
import type { Requirement } from "../requirement.ts";
import { demand, needs } from "../verdict.ts";
import { FLAGD, served, servedWell } from "./http-served.ts";

const FUTURE = "Fri, 31 Dec 9999 23:59:59 GMT";
const POLL_EVERY_MS = 50;

async function hasDocument(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  const { status, headers, body } = await served(bench);
  demand(status === 200, `status ${status}`);
  demand(
    /^application\/json\b/.test(headers["content-type"] ?? ""),
    `content-type ${headers["content-type"] ?? "is missing"}`,
  );
  demand(sameDocument(body.toString(), text), `${shortly(body.toString())}, SyncFlags ${shortly(text)}`);
  return body.toString() === text ? "the same bytes" : "the same document, in other bytes";
}

async function etagOf(bench: Bench): Promise<string> {
  const { etag } = (await servedWell(bench)).headers;
  needs(etag !== undefined && etag !== "", "HTTP-002 failed");
  return etag;
}

async function hasEtag(bench: Bench): Promise<string> {
  const { headers } = await servedWell(bench);
  demand(/^"[^"]+"$/.test(headers.etag ?? ""), `ETag ${headers.etag ?? "is missing"}`);
  return headers.etag ?? "";
}

async function knowsEtag(bench: Bench): Promise<string> {
  const etag = await etagOf(bench);
  const { status, headers, body } = await bench.http({ headers: { "if-none-match": etag } });
  demand(status === 304, `status ${status}`);
  demand(
    body.length === 0 && headers.etag === etag,
    `ETag ${headers.etag ?? "is missing"}, ${body.length} bytes`,
  );
  return "304, no body, the same ETag";
}

async function tellsOtherEtag(bench: Bench): Promise<string> {
  await servedWell(bench);
  const headers = { "if-none-match": '"conformance"', "if-modified-since": FUTURE };
  const { status } = await bench.http({ headers });
  demand(status === 200, `status ${status}`);
  return "200, though If-Modified-Since lies in the future";
}

async function knowsLastModified(bench: Bench): Promise<string> {
  const since = (await servedWell(bench)).headers["last-modified"];
  needs(since !== undefined, "no Last-Modified is sent");
  const { status, body } = await bench.http({ headers: { "if-modified-since": since } });
  demand(status === 304 && body.length === 0, `status ${status}, ${body.length} bytes`);
  return since;
}

async function answersHead(bench: Bench): Promise<string> {
  const { headers: wanted } = await servedWell(bench);
  const { status, headers, body } = await bench.http({ method: "HEAD" });
  demand(status === 200 && body.length === 0, `status ${status}, ${body.length} bytes`);
  demand(
    headers.etag === wanted.etag,
    `ETag ${headers.etag ?? "is missing"}, by GET ${wanted.etag ?? "none"}`,
  );
  return "the headers of GET";
}

async function refusesPost(bench: Bench): Promise<string> {
  await servedWell(bench);
  const { status, headers } = await bench.http({ method: "POST" });
  demand(status === 405, `status ${status}`);
  demand(/\bGET\b/.test(headers.allow ?? ""), `Allow ${headers.allow ?? "is missing"}`);
  return `405, Allow: ${headers.allow ?? ""}`;
}

async function renewsEtag(bench: Bench): Promise<string> {
  const change = bench.hook("change");
  await servedWell(bench);
  const before = await bench.http({});
  const etag = before.headers.etag;
  needs(etag !== undefined, "HTTP-002 failed");
  await change();
  const after = await changed(bench, etag);
  await change();
  await bench.pause(bench.timing.quietMs);
  demand(after.status === 200, `status ${after.status} for the ETag of before the change`);
  demand(after.headers.etag !== etag, "the ETag is the one of before the change");
  demand(!after.body.equals(before.body), "the body is the one of before the change");
  return "200 with another ETag";
}

/** Polls as flagd does, until the answer is no longer 304 or patience ends. */
async function changed(bench: Bench, etag: string): Promise<HttpAnswer> {
  const { clock } = bench.settings;
  const endMs = clock.monotonicMs() + bench.timing.answerWithinMs;
  for (;;) {
    const answer = await bench.http({ headers: { "if-none-match": etag } });
    if (answer.status !== 304 || clock.monotonicMs() > endMs) return answer;
    await bench.pause(POLL_EVERY_MS);
  }
}

/** `/v1/flags`: the document over plain HTTP, and how it is polled. */
export const HTTP_POLLING: readonly Requirement[] = [
  {
    id: "HTTP-001",
    title: "GET /v1/flags is the document of SyncFlags, as application/json",
    level: "should",
    source: FLAGD,
    phase: "quiet",
    check: hasDocument,
  },
  {
    id: "HTTP-002",
    title: "It has a strong ETag",
    level: "should",
    source: `${FLAGD}; flagd's http source polls by it`,
    phase: "quiet",
    check: hasEtag,
  },
  {
    id: "HTTP-003",
    title: "If-None-Match with that ETag is 304, with the ETag and without a body",
    level: "must",
    source: "RFC 9110, sections 13.1.2 and 15.4.5",
    phase: "quiet",
    check: knowsEtag,
  },
  {
    id: "HTTP-004",
    title: "If-None-Match with another ETag is 200, whatever If-Modified-Since says",
    level: "must",
    source: `RFC 9110, section 13.2.2; ${FLAGD}`,
    phase: "quiet",
    check: tellsOtherEtag,
  },
  {
    id: "HTTP-005",
    title: "If-Modified-Since with the Last-Modified is 304",
    level: "should",
    source: "RFC 9110, section 13.1.3",
    phase: "quiet",
    check: knowsLastModified,
  },
  {
    id: "HTTP-006",
    title: "HEAD is GET without the body",
    level: "must",
    source: "RFC 9110, section 9.3.2",
    phase: "quiet",
    check: answersHead,
  },
  {
    id: "HTTP-007",
    title: "Another method is 405 with Allow",
    level: "should",
    source: "RFC 9110, section 15.5.6",
    phase: "quiet",
    check: refusesPost,
  },
  {
    id: "HTTP-008",
    title: "After a change the ETag of before is 200 with another ETag",
    level: "must",
    source: "RFC 9110, section 8.8.1; flagd's http source never fetches a body again whose ETag it knows",
    phase: "changes",
    check: renewsEtag,
  },
];
