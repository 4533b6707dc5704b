import { networkOf } from "./network-of.ts";

/** How often one address may fail. */
export interface FailureLimits {
  /** Failures in a row that cost nothing. */
  readonly burst: number;
  /** Failures that are forgiven per minute; 0: the limit is off. */
  readonly perMinute: number;
}

/** Addresses remembered; whoever has more of them is not stopped by counting addresses. */
const MOST_ADDRESSES = 10_000;
const MINUTE_MS = 60_000;

interface Bucket {
  failures: number;
  /** Monotonic milliseconds at which `failures` was right. */
  atMs: number;
}

/**
 * Token buckets of failed authentications per address, of IPv6 per network ({@link networkOf}). Only failures count, and only those who fail are slowed: behind
 * a proxy that hides addresses one wrong client must never shut out its neighbours with good keys.
 */
export class FailureBuckets {
  readonly #limits: FailureLimits;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `nowMs` is monotonic. */
  constructor(limits: FailureLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** Milliseconds until the address may fail again; 0: now. */
  waitMs(address: string): number {
    const { burst, perMinute } = this.#limits;
    const bucket = this.#buckets.get(networkOf(address));
    if (bucket === undefined || perMinute === 0) return 0;
    const over = this.#failuresNow(bucket) - (burst - 1);
    return over <= 0 ? 0 : Math.round((over * MINUTE_MS) / perMinute);
  }

  /** Counts a failure. One that came while the address had to wait counts no further: the wait ends as it was told. */
  failed(address: string): void {
    const { burst, perMinute } = this.#limits;
    if (perMinute === 0) return;
    const network = networkOf(address);
    const bucket = this.#buckets.get(network) ?? { failures: 0, atMs: this.#nowMs() };
    const failures = Math.min(this.#failuresNow(bucket) + 1, burst);
    this.#buckets.delete(network);
    this.#buckets.set(network, { failures, atMs: this.#nowMs() });
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size > MOST_ADDRESSES) this.#buckets.delete(oldest);
  }

  /** Takes back one that turned out to be none. */
  forgive(address: string): void {
    const bucket = this.#buckets.get(networkOf(address));
    if (bucket !== undefined) bucket.failures = Math.max(0, bucket.failures - 1);
  }

  #failuresNow({ failures, atMs }: Bucket): number {
    return Math.max(0, failures - ((this.#nowMs() - atMs) * this.#limits.perMinute) / MINUTE_MS);
  }
}
