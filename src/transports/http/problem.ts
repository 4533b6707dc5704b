import type { RefusalReason } from "../../model/access.ts";
import type { HttpRequest, HttpResponse } from "./exchange.ts";

/** Where each problem is explained; the anchors are part of our contract (RFC 9457, section 3.1.1). */
const PROBLEM_TYPES = "https://github.com/flagsmith-flagd/flagsmith-flagd/blob/main/docs/errors.md";

/** Every reason that a problem document may name. */
type ProblemReason = RefusalReason | "no_document_yet" | "method_not_allowed" | "not_found" | "internal";

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const REALM = 'Bearer realm="flagsmith-flagd"';

/** A key that is fine and a door that stays shut is 403: answering 401 would make clients ask for another key. */
const PROBLEMS: Readonly<Record<ProblemReason, ProblemKind>> = {
  missing_key: {
    status: 401,
    title: "An environment key is needed",
    headers: { "WWW-Authenticate": REALM },
  },
  unknown_key: {
    status: 401,
    title: "The environment key is not valid",
    headers: { "WWW-Authenticate": `${REALM}, error="invalid_token"` },
  },
  client_side_key: { status: 403, title: "A client-side key cannot read flag documents" },
  organisation_stopped: { status: 403, title: "The organisation is stopped" },
  edge_project: { status: 403, title: "The project lives on Flagsmith's edge" },
  project_not_enabled: { status: 404, title: "The project is not enabled for flagd" },
  wrong_flag_set: { status: 403, title: "The key opens another flag set" },
  malformed_selector: { status: 400, title: "The selector is malformed" },
  ambiguous_flag_set: { status: 409, title: "More than one environment has this flag set id" },
  flag_set_needed: { status: 400, title: "The key opens many flag sets: name one" },
  not_an_admin_key: { status: 403, title: "The master API key is no admin" },
  master_keys_unreadable: {
    status: 503,
    title: "Master API keys cannot be read here",
    headers: { "Retry-After": "60" },
  },
  busy: { status: 503, title: "Too many keys are being checked", headers: { "Retry-After": "5" } },
  document_too_large: {
    status: 503,
    title: "The document is too large for its clients",
    headers: { "Retry-After": "60" },
  },
  too_many_failures: { status: 429, title: "Too many requests without a valid key" },
  no_document_yet: {
    status: 503,
    title: "The environment has no document yet",
    headers: { "Retry-After": "1" },
  },
  method_not_allowed: {
    status: 405,
    title: "Only GET and HEAD are answered here",
    headers: { Allow: "GET, HEAD" },
  },
  not_found: { status: 404, title: "There is nothing at this path" },
  internal: { status: 500, title: "The server failed" },
};

/** A problem that is about to be told. */
export interface Problem {
  readonly reason: ProblemReason;
  /** What is the matter in this case; never a key. */
  readonly detail: string;
  /** In place of the status that the reason usually has. */
  readonly status?: number;
  /** Whole seconds after which asking again is worth it, in place of what the reason usually says. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Answers with a problem document (RFC 9457) and returns its status. */
export function sendProblem(request: HttpRequest, response: HttpResponse, problem: Problem): number {
  const { reason, detail } = problem;
  const kind = PROBLEMS[reason];
  const status = problem.status ?? kind.status;
  const body = Buffer.from(
    JSON.stringify({ type: `${PROBLEM_TYPES}#${reason}`, title: kind.title, status, detail, reason }),
  );
  response.statusCode = status;
  for (const [name, value] of Object.entries(kind.headers ?? {})) response.setHeader(name, value);
  if (problem.retryAfterSeconds !== undefined) response.setHeader("Retry-After", problem.retryAfterSeconds);
  response.setHeader("Content-Type", "application/problem+json");
  response.setHeader("Content-Length", body.length);
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.end(request.method === "HEAD" ? undefined : body);
  return status;
}

/** Answers a path that nothing of the program serves. */
export function sendNotFound(request: HttpRequest, response: HttpResponse): void {
  sendProblem(request, response, { reason: "not_found", detail: "no such path on this port" });
}
