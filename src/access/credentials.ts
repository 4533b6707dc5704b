import type { RequestCredentials } from "../model/access.ts";

/** A key as it was sent, and what is left of the selector once a key was taken from it. */
export interface PresentedCredentials {
  readonly key: PresentedKey | undefined;
  readonly selector: string;
}

/** The text of a key and the way it came. */
export interface PresentedKey {
  readonly text: string;
  readonly carrier: "x-environment-key" | "authorization" | "selector" | "provider_id";
}

/** `Api-Key` is how Flagsmith itself takes master API keys (facts/flagsmith.md, section 5). */
const SCHEMES: ReadonlySet<string> = new Set(["bearer", "api-key"]);

function withoutScheme(header: string): string {
  const [scheme = "", ...rest] = header.trim().split(/\s+/);
  return SCHEMES.has(scheme.toLowerCase()) ? rest.join(" ") : header.trim();
}

/**
 * Finds the key among the ways that clients have: most in-process providers can send no header of their own
 * (facts/field.md, section 4). The first one present wins, right or wrong (design decision 4). The selector header
 * beats the request's field even when it is empty (facts/flagd.md, section 3).
 *
 * @param isClientKey tells whether a text is some environment's client-side key, so that one sent as a selector is
 * named as what it is.
 */
export function readCredentials(
  credentials: RequestCredentials,
  isClientKey: (text: string) => boolean,
): PresentedCredentials {
  const sent = (credentials.selectorHeader ?? credentials.selectorField ?? "").trim();
  const selectorIsKey = sent.startsWith("ser.") || (sent !== "" && isClientKey(sent));
  const selector = selectorIsKey ? "" : sent;
  const environmentKey = credentials.environmentKeyHeader?.trim();
  if (environmentKey) return { key: { text: environmentKey, carrier: "x-environment-key" }, selector };
  const authorization = withoutScheme(credentials.authorizationHeader ?? "");
  if (authorization !== "") return { key: { text: authorization, carrier: "authorization" }, selector };
  if (selectorIsKey) return { key: { text: sent, carrier: "selector" }, selector };
  const providerId = credentials.providerId?.trim() ?? "";
  if (providerId.startsWith("ser.")) return { key: { text: providerId, carrier: "provider_id" }, selector };
  return { key: undefined, selector };
}
