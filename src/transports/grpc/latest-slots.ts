import { LatestSlot, type Pending, type Taken } from "./latest-slot.ts";

/**
 * A {@link LatestSlot} for each kind of value, by name. Kinds are taken in the order in which they began to wait, so that
 * none keeps another from being sent however often it changes.
 */
export class LatestSlots<Value> implements Pending<Value> {
  readonly #kindOf: (value: Value) => string;
  readonly #identity: (value: Value) => string;
  readonly #slots = new Map<string, LatestSlot<Value>>();
  readonly #waiting = new Set<string>();

  constructor(kindOf: (value: Value) => string, identity: (value: Value) => string) {
    this.#kindOf = kindOf;
    this.#identity = identity;
  }

  /** See {@link Pending.put}. */
  put(value: Value): void {
    const kind = this.#kindOf(value);
    const slot = this.#slots.get(kind) ?? new LatestSlot(this.#identity);
    this.#slots.set(kind, slot);
    slot.put(value);
    this.#waiting.add(kind);
  }

  /** See {@link Pending.take}. */
  take(): Taken<Value> | undefined {
    for (const kind of this.#waiting) {
      this.#waiting.delete(kind);
      const taken = this.#slots.get(kind)?.take();
      if (taken !== undefined) return taken;
    }
    return undefined;
  }
}
