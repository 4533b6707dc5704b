import type { AccessDecision, Refusal, RefusalReason } from "../model/access.ts";
import { sha256Hex } from "../support/secrets.ts";
import { FailureBuckets, type FailureLimits } from "./failure-buckets.ts";

/** Refused because nobody was recognised: what somebody who guesses gets. Whoever is known is told the rest at any pace. */
const FAILURES: ReadonlySet<RefusalReason> = new Set(["missing_key", "unknown_key", "client_side_key"]);

/** Credentials remembered that were good once. */
const MOST_REMEMBERED = 1_000;

/** What a gate tells whoever measures. */
export interface FailureGateOptions extends FailureLimits {
  /** Monotonic. */
  readonly nowMs: () => number;
  /** A request of an address that has to wait was turned away; the reason is why it would have been, or `unverified`. */
  readonly onSlowed: (reason: string) => void;
}

/**
 * Slows whoever asks again and again without a valid key. What costs nothing is checked first, so a good environment key is
 * never slowed, whoever else sits behind the same address; what costs a query or a hash is not begun while an address has
 * to wait, unless the same credentials were good before.
 */
export class FailureGate {
  readonly #options: FailureGateOptions;
  readonly #buckets: FailureBuckets;
  readonly #good = new Set<string>();

  constructor(options: FailureGateOptions) {
    this.#options = options;
    this.#buckets = new FailureBuckets(options, options.nowMs);
  }

  /** To be asked before anything that costs; `undefined`: go on. */
  refusal(address: string): Refusal | undefined {
    const waitMs = this.#buckets.waitMs(address);
    if (waitMs === 0) return undefined;
    this.#options.onSlowed("unverified");
    return tooMany(waitMs);
  }

  /** What a request is told of which this was decided. Counts it, if it failed. */
  judged(address: string, decision: AccessDecision): AccessDecision {
    if (decision.granted || !FAILURES.has(decision.reason)) return decision;
    const waitMs = this.#buckets.waitMs(address);
    this.#buckets.failed(address);
    if (waitMs === 0) return decision;
    this.#options.onSlowed(decision.reason);
    return tooMany(waitMs);
  }

  /**
   * Does work that tells who sent these credentials, and which costs. It counts as failed from its start until it is known
   * not to be, so that many at the same time get no further than many in a row.
   */
  async identify<Answer>(
    address: string,
    credentials: string,
    work: () => Promise<{ readonly outcome: "known" | "unknown" | "undecided"; readonly answer: Answer }>,
  ): Promise<Answer | Refusal> {
    const id = sha256Hex(credentials);
    const wasGood = this.#good.delete(id);
    if (wasGood) this.#good.add(id);
    const refusal = wasGood ? undefined : this.refusal(address);
    if (refusal !== undefined) return refusal;
    this.#buckets.failed(address);
    let outcome = "undecided";
    try {
      const worked = await work();
      outcome = worked.outcome;
      return worked.answer;
    } finally {
      if (outcome !== "unknown") this.#buckets.forgive(address);
      if (outcome === "known") this.#remember(id);
      if (outcome === "unknown") this.#good.delete(id);
    }
  }

  #remember(id: string): void {
    this.#good.add(id);
    const [oldest] = this.#good;
    if (oldest !== undefined && this.#good.size > MOST_REMEMBERED) this.#good.delete(oldest);
  }
}

function tooMany(waitMs: number): Refusal {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return {
    granted: false,
    reason: "too_many_failures",
    message: `too many requests without a valid key came from this address: check the key, and try again in ${retryAfterSeconds} s`,
    retryAfterSeconds,
  };
}
