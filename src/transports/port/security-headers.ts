import type { PortResponse } from "./exchange-watch.ts";

/** What every answer says: none of ours is a page, so a browser that was led here may do nothing with it. */
const HEADERS = [
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  ["Referrer-Policy", "no-referrer"],
  ["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"],
] as const;

/** Over TLS only (RFC 6797, section 7.2): for a year this host is not asked in cleartext. */
const STRICT_TRANSPORT = "max-age=31536000";

/** To be called before anything else is set, so that whoever serves a page may set what it needs. */
export function setSecurityHeaders(response: PortResponse, encrypted: boolean): void {
  for (const [name, value] of HEADERS) response.setHeader(name, value);
  if (encrypted) response.setHeader("Strict-Transport-Security", STRICT_TRANSPORT);
}
