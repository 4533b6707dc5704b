import type { FailureGate } from "../../access/failure-gate.ts";
import type { KeyRing } from "../../access/key-ring.ts";
import type { AccessDecision, RequestCredentials, RequestOrigin } from "../../model/access.ts";
import type { Identified } from "../../transports/admin/routes.ts";

/** Decides on requests, and slows addresses that send many without a valid key. Where an address is not known, nobody is slowed. */
export function slowingAuthorizer(
  keyRing: KeyRing,
  gate: FailureGate,
): (credentials: RequestCredentials) => AccessDecision | Promise<AccessDecision> {
  return (credentials) => {
    const address = credentials.origin?.address;
    if (address === undefined) return keyRing.authorize(credentials);
    const decision = keyRing.authorize(credentials, () => gate.refusal(address));
    return decision instanceof Promise
      ? decision.then((decided) => gate.judged(address, decided))
      : gate.judged(address, decision);
  };
}

/** As `find`, before whose queries and hashes an address that sent many wrong credentials has to wait. */
export function slowingFinder(
  find: (authorization: string | undefined) => Promise<Identified>,
  gate: FailureGate,
): (authorization: string | undefined, origin: RequestOrigin | undefined) => Promise<Identified> {
  return async (authorization, origin) => {
    if (origin === undefined) return find(authorization);
    const answer = await gate.identify(origin.address, authorization ?? "", async () => {
      const identified = await find(authorization);
      const { kind } = identified;
      return { outcome: kind === "known" || kind === "unknown" ? kind : "undecided", answer: identified };
    });
    if (!("granted" in answer)) return answer;
    return { kind: "slowed", detail: answer.message, retryAfterSeconds: answer.retryAfterSeconds ?? 1 };
  };
}
