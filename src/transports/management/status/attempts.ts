import type { Refusal, RequestOrigin } from "../../../model/access.ts";
import { type Answer, headerOf, type ManagementRequest, problem } from "../exchange.ts";
import { COOKIE, cookieOf, type Protection } from "./protection.ts";

/** Slows addresses from which one token after another is tried. Texts that were right before are never slowed. */
export interface Attempts {
  identify<Result>(
    address: string,
    credentials: string,
    work: () => Promise<{ readonly outcome: "known" | "unknown"; readonly answer: Result }>,
  ): Promise<Result | Refusal>;
}

/** Where an attempt comes from, and what slows it. Nobody is slowed where either is not known. */
export interface Attempted {
  readonly attempts: Attempts | undefined;
  readonly origin: RequestOrigin | undefined;
}

/** What `judge` finds of a text, unless too many from there were wrong: then it is not looked at. */
export async function unlessSlowed<Result>(
  { attempts, origin }: Attempted,
  text: string,
  judge: () => Result | undefined,
): Promise<Result | undefined | Refusal> {
  if (attempts === undefined || origin === undefined) return judge();
  return await attempts.identify(origin.address, text, async () => {
    const answer = judge();
    return { outcome: answer === undefined ? "unknown" : "known", answer };
  });
}

/** As {@link Protection.denial}; a request that brings no token cannot be wrong, and is not slowed. */
export async function denialUnlessSlowed(
  attempted: Attempted,
  request: ManagementRequest,
  protection: Protection,
): Promise<ReturnType<Protection["denial"]> | Refusal> {
  const brought = headerOf(request, "authorization") ?? cookieOf(request);
  if (brought === undefined) return protection.denial(request);
  const judged = await unlessSlowed(attempted, `${COOKIE}:${brought}`, () =>
    protection.denial(request) === undefined ? "let in" : undefined,
  );
  if (judged === "let in") return undefined;
  return judged ?? protection.denial(request) ?? "token_needed";
}

/** The answer to whom is slowed. */
export function slowedAnswer({ retryAfterSeconds = 1 }: Refusal): Answer {
  const answer = problem({
    status: 429,
    reason: "too_many_failures",
    title: "Too many wrong tokens came from this address",
    detail: `check STATUS_TOKEN, and try again in ${retryAfterSeconds} s`,
  });
  return { ...answer, headers: { "Retry-After": String(retryAfterSeconds) } };
}
