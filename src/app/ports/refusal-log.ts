import type { AccessDecision, RequestCredentials } from "../../model/access.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Clock } from "../../support/clock.ts";

/** Refusals of one address for one reason within so long are told in one line. */
const QUIET_MS = 60_000;

/** Addresses and reasons that are remembered: whoever has more of them gets no further lines. */
const MOST_REMEMBERED = 1_000;

interface Told {
  readonly atMs: number;
  /** Refused since that line. */
  more: number;
}

/**
 * Tells who is refused and why, so that an operator finds the client with the old key. Clients that are refused come back
 * every few seconds: each address is told of once a minute, with how often it came meanwhile.
 */
export class RefusalLog {
  readonly #clock: Clock;
  readonly #logger: Pick<Logger, "info">;
  readonly #told = new Map<string, Told>();

  constructor(clock: Clock, logger: Pick<Logger, "info">) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** A request was decided on. */
  decided({ origin }: RequestCredentials, decision: AccessDecision): void {
    if (decision.granted) return;
    const { reason } = decision;
    const peer = origin?.address ?? "";
    const id = `${peer} ${reason}`;
    const nowMs = this.#clock.monotonicMs();
    const told = this.#told.get(id);
    if (told !== undefined && nowMs - told.atMs < QUIET_MS) {
      told.more += 1;
      return;
    }
    this.#told.delete(id);
    this.#forget(nowMs);
    if (this.#told.size >= MOST_REMEMBERED) return;
    this.#told.set(id, { atMs: nowMs, more: 0 });
    const before = told !== undefined && told.more > 0 ? { alsoSinceLastTold: told.more } : {};
    this.#logger.info({ peer, reason, ...before }, "a request for flags was refused");
  }

  /** Drops what was told long ago; oldest first, so the first that is not ends it. */
  #forget(nowMs: number): void {
    for (const [id, { atMs }] of this.#told) {
      if (nowMs - atMs < 2 * QUIET_MS) break;
      this.#told.delete(id);
    }
  }
}
