/**
 * transports/admin: a project's configuration over REST, in the shape of Flagsmith's own project integrations, so that what
 * manages those (its UI, Terraform, scripts) can manage this.
 */
import type { RequestOrigin } from "../../model/access.ts";
import type { IntegrationChoice, ProjectIntegration } from "../../model/integration.ts";
import type { Principal, ProjectRole } from "../../model/principal.ts";
import { messageOf } from "../../support/errors.ts";
import {
  type AdminAnswer,
  FORBIDDEN,
  GONE,
  integrationBody,
  NOT_FOUND,
  notAllowed,
  refusedBody,
  shown,
  slowed,
  unauthenticated,
  unavailable,
} from "./answers.ts";
import { readChoice } from "./choice.ts";
import { type RequestBody, readJsonBody } from "./read-body.ts";

/** The part of a request that this room reads. */
export interface AdminRequest extends RequestBody {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/** The part of a response that this room uses. */
export interface AdminResponse {
  statusCode: number;
  setHeader(name: string, value: string | number): unknown;
  end(body?: string | Uint8Array): unknown;
}

/** Who asks, or why nobody does. `busy`: it cannot be told at this moment; `slowed`: it is not looked at. */
export type Identified =
  | { readonly kind: "known"; readonly principal: Principal }
  | { readonly kind: "slowed"; readonly detail: string; readonly retryAfterSeconds: number }
  | { readonly kind: "unknown" | "busy"; readonly detail: string };

/** What the routes need from the rest of the program. */
export interface AdminRoutesOptions {
  readonly identify: (
    authorization: string | undefined,
    origin: RequestOrigin | undefined,
  ) => Promise<Identified>;
  readonly roleIn: (principal: Principal, projectId: number) => Promise<ProjectRole>;
  readonly integrations: {
    read(projectId: number): Promise<ProjectIntegration | undefined>;
    /** `undefined`: there is one already. */
    create(projectId: number, choice: IntegrationChoice): Promise<ProjectIntegration | undefined>;
    /** `undefined`: there is none. */
    update(projectId: number, choice: IntegrationChoice): Promise<ProjectIntegration | undefined>;
    /** `false`: there was none. */
    delete(projectId: number): Promise<boolean>;
  };
  /** Called after every change. */
  readonly changed: (change: AdminChange) => void;
  /** Why the database did not do it, if what was thrown says that it is away or lacks something; `undefined`: a fault of ours. */
  readonly hindrance: (thrown: unknown) => Hindrance | undefined;
  readonly log: { warn(fields: object, message: string): void };
}

/** What keeps a request from being answered that is no fault of it, nor of ours. */
export interface Hindrance {
  /** What is the matter and what to do, for whoever asked. */
  readonly detail: string;
  readonly retryAfterSeconds: number;
}

/** Who changed what. */
export interface AdminChange {
  readonly by: Principal;
  readonly projectId: number;
  readonly action: "created" | "updated" | "deleted";
  /** As it is now. */
  readonly integration: ProjectIntegration | undefined;
}

/** Project ids are Postgres integers; anything longer is no project. */
const PATH = /^\/api\/v1\/projects\/([0-9]{1,9})\/integrations\/flagd(?:\/([0-9]{1,9}))?\/?$/;

const METHODS_OF_LIST = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"];
const METHODS_OF_ONE = METHODS_OF_LIST.filter((method) => method !== "POST");

interface Asked {
  readonly options: AdminRoutesOptions;
  readonly request: AdminRequest;
  readonly origin: RequestOrigin | undefined;
  readonly projectId: number;
  /** Of the configuration named in the path; `undefined`: the path names the list. */
  readonly id: number | undefined;
}

/** Makes the handler; `false` means that the path is none of its. */
export function createAdminRoutes(
  options: AdminRoutesOptions,
): (request: AdminRequest, response: AdminResponse, origin?: RequestOrigin) => boolean {
  return (request, response, origin) => {
    const [, project, id] = PATH.exec((request.url ?? "").split("?", 1)[0] ?? "") ?? [];
    if (project === undefined) return false;
    const numbers = { projectId: Number(project), id: id === undefined ? id : Number(id) };
    const asked = { options, request, origin, ...numbers };
    answer(asked)
      .catch((thrown: unknown): AdminAnswer => {
        const hindrance = options.hindrance(thrown);
        if (hindrance !== undefined) return unavailable(hindrance.detail, hindrance.retryAfterSeconds);
        options.log.warn({ error: messageOf(thrown) }, "an admin request failed");
        return { status: 500, body: { detail: "See the server's log." } };
      })
      .then((answered) => send(request, response, answered))
      .catch((thrown: unknown) => options.log.warn({ error: messageOf(thrown) }, "an answer failed"));
    return true;
  };
}

/** In Flagsmith's order: who asks, what they may, the method, whether it exists, the body. */
async function answer(asked: Asked): Promise<AdminAnswer> {
  const { options, request, origin, projectId, id } = asked;
  const identified = await options.identify(one(request.headers.authorization), origin);
  if (identified.kind === "slowed") return slowed(identified.detail, identified.retryAfterSeconds);
  if (identified.kind !== "known") {
    return identified.kind === "busy" ? unavailable(identified.detail) : unauthenticated(identified.detail);
  }
  const method = request.method ?? "GET";
  const allowed = id === undefined ? METHODS_OF_LIST : METHODS_OF_ONE;
  if (!allowed.includes(method)) return notAllowed(method, allowed);
  const role = await options.roleIn(identified.principal, projectId);
  const reads = method === "GET" || method === "HEAD" || method === "OPTIONS";
  if (role === "none" || (role === "viewer" && !reads)) return FORBIDDEN;
  if (method === "OPTIONS") return { ...GONE, headers: { Allow: allowed.join(", ") } };
  if (id !== undefined && id !== projectId) return NOT_FOUND;
  if (reads) return show(asked);
  if (method === "DELETE") return remove(asked, identified.principal);
  return write(asked, method, identified.principal);
}

async function show({ options, projectId, id }: Asked): Promise<AdminAnswer> {
  const integration = await options.integrations.read(projectId);
  if (id === undefined) return shown(integration === undefined ? [] : [integrationBody(integration)]);
  return integration === undefined ? NOT_FOUND : shown(integrationBody(integration));
}

async function remove({ options, projectId }: Asked, by: Principal): Promise<AdminAnswer> {
  if (!(await options.integrations.delete(projectId))) return NOT_FOUND;
  options.changed({ by, projectId, action: "deleted", integration: undefined });
  return GONE;
}

async function write(
  { options, request, projectId }: Asked,
  method: string,
  by: Principal,
): Promise<AdminAnswer> {
  const body = await readJsonBody(request);
  if (body.kind === "refused") return refusedBody({ detail: body.detail }, body.status);
  const read = readChoice(body.value, method === "PATCH" ? [] : ["enabled"]);
  if (!read.ok) return refusedBody(read.errors);
  const creates = method === "POST";
  const integration = creates
    ? await options.integrations.create(projectId, read.choice)
    : await options.integrations.update(projectId, read.choice);
  if (integration === undefined) {
    return creates ? refusedBody(["This integration already exists for this project."]) : NOT_FOUND;
  }
  options.changed({ by, projectId, action: creates ? "created" : "updated", integration });
  return shown(integrationBody(integration), creates ? 201 : 200);
}

function send(request: AdminRequest, response: AdminResponse, { status, body, headers }: AdminAnswer): void {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Vary", "Authorization");
  response.setHeader("X-Content-Type-Options", "nosniff");
  if (bytes !== undefined) {
    response.setHeader("Content-Type", "application/json");
    response.setHeader("Content-Length", bytes.length);
  }
  response.end(request.method === "HEAD" ? undefined : bytes);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
