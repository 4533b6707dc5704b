/** transports/http: the newest document of an environment, and what its translation warns of, over plain HTTP. */
import {
  type AccessDecision,
  FLAG_SET_NEEDED,
  type RefusalReason,
  type RequestCredentials,
  type RequestOrigin,
} from "../../model/access.ts";
import type { Revision } from "../../model/revision.ts";
import type { Clock } from "../../support/clock.ts";
import { messageOf } from "../../support/errors.ts";
import { sha256Hex } from "../../support/secrets.ts";
import { CONTENT_CODINGS, type ContentCoding, chooseCoding } from "./accept-encoding.ts";
import { isNotModified } from "./conditional.ts";
import { type HttpRequest, type HttpResponse, headerOf, pathOf } from "./exchange.ts";
import { sendProblem } from "./problem.ts";
import { effectiveCoding, encodeBody, encodedDocument } from "./representation.ts";

/** The paths of this room; bounded, so that one may be a metric's label. */
type HttpRoute = "/api/v1/flagd/flags.json" | "/v1/flags" | "/api/v1/flagd/diagnostics.json";

/** What the routes need from the rest of the program. */
export interface HttpRoutesOptions {
  /** May this request read, and what? From memory; only a master API key that was not seen before takes a while. */
  readonly authorize: (credentials: RequestCredentials) => AccessDecision | Promise<AccessDecision>;
  /** The newest revision of an environment, if one was built already. */
  readonly current: (environmentId: number) => Revision | undefined;
  /** How long ago it was last known to be current; 0: it is. */
  readonly staleMs?: (environmentId: number) => number;
  /** The body of diagnostics.json. */
  readonly diagnose: (revision: Revision) => unknown;
  readonly observer: {
    /** A request was answered. */
    httpAnswered(route: HttpRoute, status: number): void;
    /** A request was turned away. */
    refused?(reason: RefusalReason): void;
  };
  readonly log: { warn(fields: object, message: string): void };
  readonly clock: Clock;
}

interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly origin: RequestOrigin | undefined;
}

interface Route {
  readonly path: HttpRoute;
  readonly content: (revision: Revision) => Content;
}

interface Content {
  /** Bytes of the body without any coding. */
  readonly size: number;
  /** The opaque part of its ETag: equal content, equal tag, on every replica. */
  readonly tag: string;
  readonly encode: (coding: ContentCoding) => Promise<Buffer>;
}

/** Makes the handler of HTTP/1 and HTTP/2 requests alike; `false` means that the path is none of its. */
export function createHttpRoutes(
  options: HttpRoutesOptions,
): (request: HttpRequest, response: HttpResponse, origin?: RequestOrigin) => boolean {
  const document = (revision: Revision): Content => ({
    size: revision.document.size,
    tag: revision.hash,
    encode: (coding) => encodedDocument(revision, coding),
  });
  const diagnostics = (revision: Revision): Content => {
    const body = Buffer.from(JSON.stringify(options.diagnose(revision)));
    return { size: body.length, tag: sha256Hex(body), encode: (coding) => encodeBody(body, coding) };
  };
  const routes: readonly Route[] = [
    { path: "/api/v1/flagd/flags.json", content: document },
    { path: "/v1/flags", content: document },
    { path: "/api/v1/flagd/diagnostics.json", content: diagnostics },
  ];
  return (request, response, origin) => {
    const path = pathOf(request);
    const route = routes.find((each) => each.path === path);
    if (route === undefined) return false;
    answer(options, route, { request, response, origin })
      .catch((thrown: unknown) => {
        options.log.warn({ route: path, error: messageOf(thrown) }, "an HTTP request failed");
        return sendProblem(request, response, { reason: "internal", detail: "see the server's log" });
      })
      .then((status) => options.observer.httpAnswered(route.path, status))
      .catch((thrown: unknown) => options.log.warn({ error: messageOf(thrown) }, "an answer failed"));
    return true;
  };
}

/** Answers and returns the status. */
async function answer(options: HttpRoutesOptions, route: Route, exchange: Exchange): Promise<number> {
  const { request, response, origin } = exchange;
  if (request.method !== "GET" && request.method !== "HEAD") {
    return sendProblem(request, response, { reason: "method_not_allowed", detail: "use GET or HEAD" });
  }
  const asked = await options.authorize({
    environmentKeyHeader: headerOf(request, "x-environment-key"),
    authorizationHeader: headerOf(request, "authorization"),
    selectorHeader: headerOf(request, "flagd-selector"),
    selectorField: undefined,
    providerId: undefined,
    origin,
  });
  const decision = "organisationId" in asked ? FLAG_SET_NEEDED : asked;
  if (!decision.granted) {
    options.observer.refused?.(decision.reason);
    // flagd's own /v1/flags says 404 of a flag set that it does not have (facts/field.md, section 0, finding 7).
    const hidden = route.path === "/v1/flags" && decision.reason === "wrong_flag_set";
    return sendProblem(request, response, {
      reason: decision.reason,
      detail: decision.message,
      ...(hidden ? { status: 404 } : {}),
      retryAfterSeconds: decision.retryAfterSeconds,
    });
  }
  const revision = options.current(decision.environmentId);
  if (revision === undefined) {
    return sendProblem(request, response, { reason: "no_document_yet", detail: "ask again in a second" });
  }
  const staleSeconds = Math.floor((options.staleMs?.(decision.environmentId) ?? 0) / 1_000);
  // The time since the document was last known to agree with its origin (RFC 9111, section 5.1).
  if (staleSeconds > 0) response.setHeader("Age", staleSeconds);
  const lastModifiedMs = wholeSecondMs(Math.min(revision.versionMs, options.clock.now()));
  return sendContent(exchange, route.content(revision), lastModifiedMs);
}

async function sendContent(exchange: Exchange, content: Content, lastModifiedMs: number): Promise<number> {
  const { request, response } = exchange;
  const coding = effectiveCoding(content.size, chooseCoding(headerOf(request, "accept-encoding")));
  response.setHeader("ETag", `"${taggedFor(content.tag, coding)}"`);
  response.setHeader("Last-Modified", new Date(lastModifiedMs).toUTCString());
  response.setHeader("Cache-Control", "private, no-cache");
  response.appendHeader("Vary", "Authorization, X-Environment-Key, Flagd-Selector, Accept-Encoding");
  response.setHeader("X-Content-Type-Options", "nosniff");
  const asked = {
    ifNoneMatch: headerOf(request, "if-none-match"),
    ifModifiedSince: headerOf(request, "if-modified-since"),
  };
  const tags = CONTENT_CODINGS.map((each) => taggedFor(content.tag, each));
  if (isNotModified(asked, { tags, lastModifiedMs })) {
    response.statusCode = 304;
    response.end();
    return 304;
  }
  const body = await content.encode(coding);
  response.statusCode = 200;
  response.setHeader("Content-Type", "application/json");
  if (coding !== "identity") response.setHeader("Content-Encoding", coding);
  response.setHeader("Content-Length", body.length);
  response.end(request.method === "HEAD" ? undefined : body);
  return 200;
}

/** Each coding is a representation of its own, so its strong ETag must differ (RFC 9110, section 8.8.3.3). */
function taggedFor(tag: string, coding: ContentCoding): string {
  return coding === "identity" ? tag : `${tag}-${coding}`;
}

function wholeSecondMs(epochMs: number): number {
  return Math.floor(epochMs / 1_000) * 1_000;
}
