import { timingSafeEqual } from "node:crypto";
import { sha256Hex } from "../../../support/secrets.ts";
import { headerOf, type ManagementRequest } from "../exchange.ts";

/** The cookie that the sign-in form sets. It holds no token, only what is made of it. */
export const COOKIE = "flagsmith_flagd_status";

/** Why somebody is not shown the status. `no_token_set`: nobody is, until the operator sets one. */
export type Denial = "no_token_set" | "foreign_host" | "token_needed";

/** Who may look. */
export interface Protection {
  /** `undefined`: the request may read. */
  denial(request: ManagementRequest): Denial | undefined;
  /** What the cookie has to hold, if the token is right. */
  cookieFor(token: string): string | undefined;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The name that the client believes it speaks to, without port. */
function nameAsked(request: ManagementRequest): string {
  const authority = headerOf(request, ":authority") ?? headerOf(request, "host") ?? "";
  return authority
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
}

/** What the cookie of the sign-in form holds. */
export function cookieOf(request: ManagementRequest): string | undefined {
  const pairs = (headerOf(request, "cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

/** Compares digests, so that the time it takes tells nothing about the texts. */
function same(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(left)), Buffer.from(sha256Hex(right)));
}

/**
 * With a token: whoever has it may look. Without: on the loopback anybody may who asks for the loopback by name (a web page
 * elsewhere whose name was bent to 127.0.0.1 may not, and a proxy in front may not), and beyond it nobody.
 */
export function createProtection(options: {
  readonly host: string;
  readonly token: string | undefined;
}): Protection {
  const { host, token } = options;
  if (token === undefined) {
    return {
      denial(request) {
        if (!isLoopback(host)) return "no_token_set";
        return isLoopback(nameAsked(request)) ? undefined : "foreign_host";
      },
      cookieFor: () => undefined,
    };
  }
  const cookie = sha256Hex(`${COOKIE}:${token}`);
  return {
    denial(request) {
      const [, bearer] = /^Bearer +(.+)$/i.exec(headerOf(request, "authorization") ?? "") ?? [];
      if (bearer !== undefined) return same(bearer.trim(), token) ? undefined : "token_needed";
      const held = cookieOf(request);
      return held !== undefined && same(held, cookie) ? undefined : "token_needed";
    },
    cookieFor: (text) => (same(text, token) ? cookie : undefined),
  };
}
