import { type HttpRequest, type HttpResponse, headerOf } from "./exchange.ts";

/** What browsers' clients of gRPC-Web, Connect and HTTP send beyond what is always allowed. */
const REQUEST_HEADERS = [
  "Authorization",
  "Content-Type",
  "Connect-Protocol-Version",
  "Connect-Timeout-Ms",
  "Flagd-Selector",
  "Grpc-Timeout",
  "If-None-Match",
  "X-Environment-Key",
  "X-Grpc-Web",
  "X-User-Agent",
].join(", ");

/** What they have to read of an answer. */
const ANSWER_HEADERS = ["Age", "ETag", "Grpc-Message", "Grpc-Status", "Retry-After"].join(", ");

/** Seconds that a browser may remember a preflight; Chromium takes no more. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets pages of the listed origins read answers; `*` stands for all. Without any nothing is said, and so no browser lets a
 * page read. Cookies are never allowed: keys come in headers. `true`: it was a preflight, and is answered.
 */
export function createCors(
  origins: readonly string[],
): (request: HttpRequest, response: HttpResponse) => boolean {
  if (origins.length === 0) return () => false;
  const allowed = new Set(origins);
  const all = allowed.has("*");
  return (request, response) => {
    const origin = headerOf(request, "origin");
    if (!all) response.appendHeader("Vary", "Origin");
    if (origin === undefined || !(all || allowed.has(origin))) return false;
    response.setHeader("Access-Control-Allow-Origin", all ? "*" : origin);
    const isPreflight = request.method === "OPTIONS" && headerOf(request, "access-control-request-method");
    if (!isPreflight) {
      response.setHeader("Access-Control-Expose-Headers", ANSWER_HEADERS);
      return false;
    }
    response.statusCode = 204;
    response.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST");
    response.setHeader("Access-Control-Allow-Headers", REQUEST_HEADERS);
    response.setHeader("Access-Control-Max-Age", PREFLIGHT_SECONDS);
    response.end();
    return true;
  };
}
