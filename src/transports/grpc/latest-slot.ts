/** What {@link LatestSlot.take} gives: the newest value, and how many older ones it made needless. */
export interface Taken<Value> {
  readonly value: Value;
  readonly coalesced: number;
}

/** Values that a reader has not taken yet: never more than the newest of each kind. */
export interface Pending<Value> {
  /** Puts the newest value in place of the one of its kind that waits, if any. */
  put(value: Value): void;
  /** Takes a value that waits. */
  take(): Taken<Value> | undefined;
}

/**
 * Room for one value, the newest: what keeps a slow reader from holding a queue. A value equal to the one taken last is
 * not kept, so nothing is sent twice in a row (design decision 6), and one that came and went unseen is not sent at all.
 */
export class LatestSlot<Value> implements Pending<Value> {
  readonly #identity: (value: Value) => string;
  #waiting: Value | undefined;
  #takenIdentity: string | undefined;
  #coalesced = 0;

  constructor(identity: (value: Value) => string) {
    this.#identity = identity;
  }

  /** See {@link Pending.put}. */
  put(value: Value): void {
    const identity = this.#identity(value);
    if (this.#waiting !== undefined) {
      if (this.#identity(this.#waiting) === identity) return;
      this.#coalesced += 1;
    }
    this.#waiting = identity === this.#takenIdentity ? undefined : value;
  }

  /** See {@link Pending.take}. */
  take(): Taken<Value> | undefined {
    const value = this.#waiting;
    if (value === undefined) return undefined;
    const taken = { value, coalesced: this.#coalesced };
    this.#waiting = undefined;
    this.#takenIdentity = this.#identity(value);
    this.#coalesced = 0;
    return taken;
  }
}
