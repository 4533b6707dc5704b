/** transports/management: tells machines whether the process lives, is ready, and what it measured, and people all that it knows. */
import type { RequestOrigin } from "../../model/access.ts";
import { messageOf } from "../../support/errors.ts";
import {
  type Answer,
  FAILED,
  isReading,
  json,
  type ManagementRequest,
  type ManagementResponse,
  NOT_ALLOWED,
  NOT_FOUND,
  pathOf,
  send,
} from "./exchange.ts";

/** Whether documents are served, and if not, what is missing. */
export interface Readiness {
  readonly ready: boolean;
  readonly waitingFor: readonly string[];
  /** What in the database is not as it must be, by name; `blocking`: so that it is not read. */
  readonly schema?: { readonly blocking: boolean; readonly problems: readonly string[] };
  /** Present while what is served may no longer be true; that does not make it less ready. */
  readonly stale?: { readonly seconds: number; readonly reason: string } | undefined;
  /** Environments whose newest document is not shown; that does not make the others less ready. */
  readonly held?: readonly HeldNotice[];
}

/** A document that is not shown, and why. */
interface HeldNotice {
  readonly flagSetId: string;
  readonly reason: string;
  readonly detail: string;
}

/** What the routes need from the rest of the program. */
export interface ManagementRoutesOptions {
  readonly readiness: () => Readiness | Promise<Readiness>;
  /** Writes the metrics in a text format of Prometheus. */
  readonly metrics: { readonly contentType: string; render(): Promise<string> };
  /** Answers what people look at, protected; `false`: the path is none of its. Nothing is shown if not given. */
  readonly status?: (
    request: ManagementRequest,
    response: ManagementResponse,
    origin?: RequestOrigin,
  ) => boolean;
  readonly log: { warn(fields: object, message: string): void };
}

/** 412 until ready: what flagd's own management port says (facts/flagd.md, section 2; facts/field.md, section 1.1). */
const NOT_READY_STATUS = 412;

/** Makes the handler of the management port: it answers every request, unknown paths with 404. */
export function createManagementRoutes(
  options: ManagementRoutesOptions,
): (request: ManagementRequest, response: ManagementResponse, origin?: RequestOrigin) => void {
  const answers = new Map<string, () => Answer | Promise<Answer>>([
    ["/healthz", () => json(200, { status: "ok" })],
    ["/readyz", async () => readinessAnswer(await options.readiness())],
    ["/metrics", async () => metricsAnswer(options.metrics.contentType, await options.metrics.render())],
  ]);
  return (request, response, origin) => {
    if (options.status?.(request, response, origin)) return;
    const found = answers.get(pathOf(request));
    const serve = async (): Promise<void> => {
      send(
        request,
        response,
        found === undefined ? NOT_FOUND : isReading(request) ? await found() : NOT_ALLOWED,
      );
    };
    serve().catch((thrown: unknown) => {
      options.log.warn({ error: messageOf(thrown) }, "a management request failed");
      send(request, response, FAILED);
    });
  };
}

/** What `/readyz` says, as it is written. */
export interface ReadinessBody extends Pick<Readiness, "ready" | "waitingFor"> {
  readonly stale?: true;
  readonly staleSeconds?: number;
  readonly reason?: string;
  readonly held?: readonly HeldNotice[];
}

/** Reads what another process of ours wrote. */
export function readinessIn({
  ready,
  waitingFor,
  staleSeconds,
  reason,
  held = [],
}: ReadinessBody): Readiness {
  if (staleSeconds === undefined || reason === undefined) return { ready, waitingFor, held };
  return { ready, waitingFor, held, stale: { seconds: staleSeconds, reason } };
}

function readinessAnswer({ ready, waitingFor, stale, schema, held = [] }: Readiness): Answer {
  const problems = schema !== undefined && schema.problems.length > 0 ? schema.problems : undefined;
  const changed = problems && {
    ...(schema?.blocking ? { state: "schema_changed" } : {}),
    schemaProblems: problems,
  };
  const heldBack =
    held.length > 0
      ? { held: held.map(({ flagSetId, reason, detail }) => ({ flagSetId, reason, detail })) }
      : undefined;
  const staleness = stale && { stale: true, staleSeconds: stale.seconds, reason: stale.reason };
  return json(ready ? 200 : NOT_READY_STATUS, { ready, waitingFor, ...staleness, ...changed, ...heldBack });
}

function metricsAnswer(contentType: string, body: string): Answer {
  return { status: 200, contentType, body };
}
