/** How long a publication took. */
export interface PublicationTimes {
  /** Since the start of the transaction that changed something; `null`: nobody announced it. */
  readonly propagationMs: number | null;
  /** Since the moment for which it was planned; `null`: it was not. */
  readonly latenessMs: number | null;
}

/** How a publication came about. */
export interface PublicationAccount extends PublicationTimes {
  readonly causes: readonly string[];
}

/** When a change began, and when it was heard of. */
export interface Noticed {
  /** Start of its transaction, by the database's clock. */
  readonly atMs: number;
  /** Monotonic. */
  readonly heardMs: number;
}

/** Remembers, per environment, when a change began that is not published yet. */
export class ChangesUnderWay {
  readonly #noticed = new Map<number, Noticed>();
  readonly #dueAtMs = new Map<number, number>();

  /** A transaction that began at `atMs`, if that was said, was announced at `heardMs`; the oldest counts. */
  noticed(environmentId: number, atMs: number | undefined, heardMs: number): void {
    if (atMs !== undefined) this.putBack(environmentId, { atMs, heardMs });
  }

  /** What was taken is not published yet. */
  putBack(environmentId: number, noticed: Noticed | undefined): void {
    const before = this.#noticed.get(environmentId);
    if (noticed === undefined || (before !== undefined && before.atMs <= noticed.atMs)) return;
    this.#noticed.set(environmentId, noticed);
  }

  /** The clock alone changes the environment at `atMs`, by the database's clock. */
  due(environmentId: number, atMs: number): void {
    this.#dueAtMs.set(environmentId, atMs);
  }

  /** A reading begins, which sees what was announced so far; gives the oldest of it. */
  take(environmentId: number): Noticed | undefined {
    const noticed = this.#noticed.get(environmentId);
    this.#noticed.delete(environmentId);
    return noticed;
  }

  /** What such a reading found was published at `nowMs`. */
  published(environmentId: number, noticed: Noticed | undefined, nowMs: number): PublicationTimes {
    const dueAtMs = this.#dueAtMs.get(environmentId);
    this.#dueAtMs.delete(environmentId);
    return {
      propagationMs: noticed === undefined ? null : Math.max(0, nowMs - noticed.atMs),
      latenessMs: dueAtMs === undefined ? null : Math.max(0, nowMs - dueAtMs),
    };
  }

  /** Nothing was changed at the moment for which something was planned. */
  unchanged(environmentId: number): void {
    this.#dueAtMs.delete(environmentId);
  }

  forget(environmentId: number): void {
    this.#noticed.delete(environmentId);
    this.#dueAtMs.delete(environmentId);
  }
}
