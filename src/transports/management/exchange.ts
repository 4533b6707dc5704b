/** The part of a request that this room reads. */
export interface ManagementRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** The part of a response that this room uses. */
export interface ManagementResponse {
  statusCode: number;
  setHeader(name: string, value: string | number): unknown;
  /** `false`: the client has not taken what was written before; `drain` tells when it has. */
  write(chunk: string): boolean;
  end(body?: string | Uint8Array): unknown;
  destroy(): unknown;
  on(event: "drain" | "close", listener: () => void): unknown;
}

/** An answer that is whole when its head is sent. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The path without its query. */
export function pathOf(request: ManagementRequest): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

/** One header; of a header sent twice the first counts. */
export function headerOf(request: ManagementRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

const PROBLEM_TYPES = "https://github.com/flagsmith-flagd/flagsmith-flagd/blob/main/docs/errors.md";

/** What is the matter with a request, as a problem document (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly reason: string;
  readonly title: string;
  /** What to do. */
  readonly detail?: string;
}

/** Tells a problem. */
export function problem({ status, reason, title, detail }: Problem): Answer {
  const body = JSON.stringify({
    type: `${PROBLEM_TYPES}#${reason}`,
    title,
    status,
    ...(detail ? { detail } : {}),
    reason,
  });
  return { status, contentType: "application/problem+json", body };
}

/** Tells data. */
export function json(status: number, content: object): Answer {
  return { status, contentType: "application/json", body: JSON.stringify(content) };
}

/** There is no such path. */
export const NOT_FOUND = problem({
  status: 404,
  reason: "not_found",
  title: "There is nothing at this path",
});

/** Only reading is offered. */
export const NOT_ALLOWED: Answer = {
  ...problem({ status: 405, reason: "method_not_allowed", title: "Only GET and HEAD are answered here" }),
  headers: { Allow: "GET, HEAD" },
};

/** A fault of ours. */
export const FAILED = problem({ status: 500, reason: "internal", title: "The server failed" });

/** Whether the request only reads. */
export function isReading({ method }: ManagementRequest): boolean {
  return method === "GET" || method === "HEAD";
}

/** Sends an answer; of HEAD without its body. */
export function send(request: ManagementRequest, response: ManagementResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.statusCode = answer.status;
  response.setHeader("Content-Type", answer.contentType);
  response.setHeader("Content-Length", body.length);
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("X-Content-Type-Options", "nosniff");
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.end(request.method === "HEAD" ? undefined : body);
}
