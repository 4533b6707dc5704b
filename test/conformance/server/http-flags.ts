import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { EMPTY, GOOD_KEY, type Place, select } from "./place.ts";

/** Long enough ago for every client's clock. */
const LAST_MODIFIED = "Sun, 22 Nov 2026 12:00:00 GMT";

/** `/v1/flags`. */
export function answerHttp(place: Place, request: IncomingMessage, response: ServerResponse): void {
  const { breaks, flags } = place;
  const headers = request.headers;
  if (request.method === "POST" && !breaks("HTTP-007")) {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const open = headers.authorization === `Bearer ${GOOD_KEY}` || breaks("HTTP-016");
  const found = open ? statusOf(place, String(headers["flagd-selector"] ?? "")) : 401;
  if (typeof found === "number") {
    response.writeHead(found).end();
    return;
  }
  const body = found === "all" ? flags.text() : EMPTY;
  const hash = createHash("sha256")
    .update(breaks("HTTP-008") ? "constant" : body)
    .digest("hex");
  const etag = breaks("HTTP-002") ? `W/"${hash}"` : `"${hash}"`;
  const heads = request.method === "HEAD";
  if (!(heads && breaks("HTTP-006"))) response.setHeader("etag", etag);
  if (!breaks("HTTP-009")) response.setHeader("vary", "Flagd-Selector");
  response.setHeader("last-modified", LAST_MODIFIED);
  if (isNotModified(place, request, etag)) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { "content-type": breaks("HTTP-001") ? "text/plain" : "application/json" });
  response.end(heads ? undefined : body);
}

/** What a selector leads to: flags, or the status of a refusal. */
function statusOf({ breaks, manner }: Place, selector: string): "all" | "empty" | number {
  const flagd = manner === "flagd";
  if (/[\x80-\xff]/.test(selector) && flagd) return breaks("HTTP-012") ? 404 : 400;
  const selected = select(selector);
  if (selected === "malformed") {
    if (breaks("HTTP-010")) return "all";
    const swapped = breaks("HTTP-013") || breaks("HTTP-015");
    return flagd === swapped ? 400 : 404;
  }
  if (selected === "all" || breaks("HTTP-011")) return "all";
  return flagd && !breaks("HTTP-014") ? "empty" : 404;
}

function isNotModified({ breaks }: Place, { headers }: IncomingMessage, etag: string): boolean {
  const inFuture = String(headers["if-modified-since"]).includes("9999");
  if (headers["if-none-match"] !== undefined) {
    if (breaks("HTTP-004") && inFuture) return true;
    return headers["if-none-match"] === etag && !breaks("HTTP-003");
  }
  return headers["if-modified-since"] === LAST_MODIFIED && !breaks("HTTP-005");
}
