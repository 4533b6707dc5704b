import { type MasterKeyVerifier, prefixOf } from "../../access/master-keys.ts";
import type { Queryable } from "../../postgres/connection/database.ts";
import { findMasterKey, findUser } from "../../postgres/reading/read-principal.ts";
import type { Identified } from "../../transports/admin/routes.ts";

const unknown = (detail: string): Identified => ({ kind: "unknown", detail });

/** Forty hex digits: a text of another form is not worth a query. */
const TOKEN = /^[0-9a-f]{40}$/;

/**
 * Tells who asks from the `Authorization` header, as Flagsmith does: `Token …` of a user, `Api-Key …` of an organisation; its
 * other schemes need its own secrets (facts/flagsmith.md, section 5). Read anew at each request, so that what was revoked
 * opens nothing any more.
 */
export function principalFinder(
  database: Queryable,
  verifier: MasterKeyVerifier,
): (authorization: string | undefined) => Promise<Identified> {
  return async (authorization) => {
    const [scheme = "", credentials = "", ...rest] = (authorization ?? "").trim().split(/\s+/);
    switch (rest.length === 0 ? scheme.toLowerCase() : "") {
      case "token":
        return identifyUser(database, credentials);
      case "api-key":
        return identifyMasterKey(database, verifier, credentials);
      default:
        return unknown("Authentication credentials were not provided.");
    }
  };
}

async function identifyUser(database: Queryable, token: string): Promise<Identified> {
  const found = TOKEN.test(token) ? await findUser(database, token) : undefined;
  if (found === undefined) return unknown("Invalid token.");
  if (!found.isActive) return unknown("User inactive or deleted.");
  return { kind: "known", principal: found.principal };
}

async function identifyMasterKey(
  database: Queryable,
  verifier: MasterKeyVerifier,
  key: string,
): Promise<Identified> {
  const invalid = unknown("Valid Master API Key not found.");
  const prefix = prefixOf(key);
  const found = prefix === undefined ? undefined : await findMasterKey(database, prefix);
  if (found === undefined) return invalid;
  const verified = await verifier.verify(key, found.hashedKey);
  if (verified === "busy") return { kind: "busy", detail: "Too many keys are being checked; try again." };
  return verified ? { kind: "known", principal: found.principal } : invalid;
}
