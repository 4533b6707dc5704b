/** What people look at: the status page, the same as JSON, its changes as events, and the description of every route. */
import { readFileSync } from "node:fs";
import type { RequestOrigin } from "../../../model/access.ts";
import type { Clock } from "../../../support/clock.ts";
import { messageOf } from "../../../support/errors.ts";
import {
  type Answer,
  FAILED,
  isReading,
  type ManagementRequest,
  type ManagementResponse,
  NOT_ALLOWED,
  NOT_FOUND,
  pathOf,
  problem,
  send,
} from "../exchange.ts";
import { type Attempted, type Attempts, denialUnlessSlowed, slowedAnswer } from "./attempts.ts";
import { EventStreams, type StatusObserver } from "./event-streams.ts";
import { deniedPage, signInPage, statusPage } from "./page.ts";
import { createProtection, type Denial, type Protection } from "./protection.ts";
import { signIn, signOut } from "./sign-in.ts";
import type { StatusSource } from "./source.ts";
import { viewOf } from "./views.ts";

/** What the routes need from the rest of the program. */
export interface StatusRoutesOptions {
  readonly source: StatusSource;
  /** Where the port is bound: on the loopback no token is needed. */
  readonly host: string;
  readonly token: string | undefined;
  /** Over TLS the cookie is given to no cleartext port of the same host. */
  readonly encrypted?: boolean;
  /** Slows who tries tokens; nobody is slowed if not given. */
  readonly attempts?: Attempts;
  readonly observer?: StatusObserver;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
}

const API = "/api/status";
const EVENTS = "/api/status/events";

/** The description lies beside package.json, from `src` and from `dist` alike. */
const DESCRIPTION = new URL("../../../../openapi.yaml", import.meta.url);

/** Makes the handler; `false` means that the path is none of its. */
export function createStatusRoutes(
  options: StatusRoutesOptions,
): (request: ManagementRequest, response: ManagementResponse, origin?: RequestOrigin) => boolean {
  const protection = createProtection(options);
  const events = new EventStreams(options);
  return (request, response, origin) => {
    const path = pathOf(request);
    if (!isOurs(path)) return false;
    const serve = async (): Promise<void> => {
      const answer = await answerOf({
        options,
        protection,
        events,
        request,
        response,
        attempted: { attempts: options.attempts, origin },
      });
      if (answer !== undefined) send(request, response, answer);
    };
    serve().catch((thrown: unknown) => {
      options.log.warn({ path, error: messageOf(thrown) }, "a status request failed");
      send(request, response, FAILED);
    });
    return true;
  };
}

function isOurs(path: string): boolean {
  return ["/", "/openapi.yaml", "/sign-in", "/sign-out", API].includes(path) || path.startsWith(`${API}/`);
}

interface Asked {
  readonly options: StatusRoutesOptions;
  readonly protection: Protection;
  readonly events: EventStreams;
  readonly request: ManagementRequest;
  readonly response: ManagementResponse;
  readonly attempted: Attempted;
}

/** `undefined`: the response was taken over. */
async function answerOf(asked: Asked): Promise<Answer | undefined> {
  const { options, protection, events, request, response, attempted } = asked;
  const path = pathOf(request);
  const attributes = options.encrypted ? "; Secure" : "";
  if (path === "/sign-in") return await signIn(request, { protection, attempted, attributes });
  if (path === "/sign-out") return signOut(request, attributes);
  if (!isReading(request)) return NOT_ALLOWED;
  if (path === "/openapi.yaml") {
    return { status: 200, contentType: "application/yaml", body: readFileSync(DESCRIPTION, "utf8") };
  }
  const denial = await denialUnlessSlowed(attempted, request, protection);
  if (typeof denial === "object") return slowedAnswer(denial);
  if (denial !== undefined) options.observer?.denied(denial);
  if (denial !== undefined) return path === "/" ? pageFor(denial) : DENIALS[denial];
  if (path === "/") return statusPage(options.token !== undefined);
  if (path === EVENTS && request.method === "GET") return events.open(response);
  const query = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
  const name = path.slice(API.length + 1);
  return viewOf(name, await options.source.report(), query) ?? NOT_FOUND;
}

const ADVICE: Readonly<Record<Exclude<Denial, "token_needed">, string>> = {
  no_token_set:
    "Set STATUS_TOKEN (16 characters or more) and sign in with it, or bind the server to the loopback (HOST=127.0.0.1)",
  foreign_host:
    "Without STATUS_TOKEN the status is shown only to those who ask for localhost by name: set STATUS_TOKEN",
};

const DENIALS: Readonly<Record<Denial, Answer>> = {
  no_token_set: problem({
    status: 403,
    reason: "status_token_not_set",
    title: "The status is not shown beyond the loopback without a token",
    detail: ADVICE.no_token_set,
  }),
  foreign_host: problem({
    status: 403,
    reason: "status_token_not_set",
    title: "The status is not shown under this host name without a token",
    detail: ADVICE.foreign_host,
  }),
  token_needed: {
    ...problem({
      status: 401,
      reason: "status_token_needed",
      title: "The status token is needed",
      detail: "Send it as `authorization: Bearer <STATUS_TOKEN>`, or sign in at /",
    }),
    headers: { "WWW-Authenticate": 'Bearer realm="flagsmith-flagd status"' },
  },
};

function pageFor(denial: Denial): Answer {
  return denial === "token_needed" ? signInPage({ wrong: false }) : deniedPage(ADVICE[denial]);
}
