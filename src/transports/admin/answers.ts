import type { ProjectIntegration } from "../../model/integration.ts";
import { excerpt } from "../../support/excerpt.ts";

/** An answer in the shape of Flagsmith's own API, which is Django REST framework's. */
export interface AdminAnswer {
  readonly status: number;
  /** `undefined`: none, as after DELETE. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers 200, or 201 after creating. */
export function shown(body: unknown, status: 200 | 201 = 200): AdminAnswer {
  return { status, body };
}

/** DELETE's answer. */
export const GONE: AdminAnswer = { status: 204, body: undefined };

/** Nobody asks, or nobody that is known. */
export function unauthenticated(detail: string): AdminAnswer {
  return { status: 401, body: { detail }, headers: { "WWW-Authenticate": "Token" } };
}

/** Somebody known asks for what is not theirs; also of projects that do not exist. */
export const FORBIDDEN: AdminAnswer = {
  status: 403,
  body: { detail: "You do not have permission to perform this action." },
};

/** There is no such configuration, or no such path. */
export const NOT_FOUND: AdminAnswer = { status: 404, body: { detail: "Not found." } };

/** A method that the path does not know. */
export function notAllowed(method: string, allowed: readonly string[]): AdminAnswer {
  return {
    status: 405,
    body: { detail: `Method "${excerpt(method)}" not allowed.` },
    headers: { Allow: allowed.join(", ") },
  };
}

/** A body that could not be used. */
export function refusedBody(body: unknown, status: 400 | 413 | 415 = 400): AdminAnswer {
  return { status, body };
}

/** Too many came from there that nobody knows. */
export function slowed(detail: string, retryAfterSeconds: number): AdminAnswer {
  return { status: 429, body: { detail }, headers: { "Retry-After": String(retryAfterSeconds) } };
}

/** Not now: the database is away or refuses it, or too many keys are being checked. */
export function unavailable(detail: string, retryAfterSeconds = 1): AdminAnswer {
  return { status: 503, body: { detail }, headers: { "Retry-After": String(retryAfterSeconds) } };
}

/**
 * One configuration as Flagsmith's integrations show theirs. There is one per project, so the project's id is its id.
 */
export function integrationBody(integration: ProjectIntegration): object {
  return {
    id: integration.projectId,
    enabled: integration.enabled,
    semantics: integration.semantics,
    identityOverrideLimit: integration.identityOverrideLimit,
    created_at: integration.createdAt,
    updated_at: integration.updatedAt,
  };
}
