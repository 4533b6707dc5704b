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

/** Remembers, per environment, when a change began that is not published yet. All times are the database's. */
export class ChangesUnderWay {
  readonly #noticedAtMs = new Map<number, number>();
  readonly #dueAtMs = new Map<number, number>();

  /** A transaction that began at `atMs` was announced; the oldest counts. */
  noticed(environmentId: number, atMs: number): void {
    if (!this.#noticedAtMs.has(environmentId)) this.#noticedAtMs.set(environmentId, atMs);
  }

  /** The clock alone changes the environment at `atMs`. */
  due(environmentId: number, atMs: number): void {
    this.#dueAtMs.set(environmentId, atMs);
  }

  /** A reading begins, which sees what was announced so far; gives when the oldest of it began. */
  take(environmentId: number): number | undefined {
    const noticedAtMs = this.#noticedAtMs.get(environmentId);
    this.#noticedAtMs.delete(environmentId);
    return noticedAtMs;
  }

  /** What such a reading found was published at `nowMs`. */
  published(environmentId: number, noticedAtMs: number | undefined, nowMs: number): PublicationTimes {
    const dueAtMs = this.#dueAtMs.get(environmentId);
    this.#dueAtMs.delete(environmentId);
    return {
      propagationMs: noticedAtMs === undefined ? null : Math.max(0, nowMs - noticedAtMs),
      latenessMs: dueAtMs === undefined ? null : Math.max(0, nowMs - dueAtMs),
    };
  }

  forget(environmentId: number): void {
    this.#noticedAtMs.delete(environmentId);
    this.#dueAtMs.delete(environmentId);
  }
}
