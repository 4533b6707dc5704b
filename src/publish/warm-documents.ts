import type { Revision } from "../model/revision.ts";

/** Bytes of plain documents that stay in memory: 75 of 430 KB, and every document of a small installation. */
const DEFAULT_BUDGET_BYTES = 32 * 1024 * 1024;

/**
 * Decides which newest revisions stay unzipped: those that were used last, up to a budget. So memory does not grow with
 * the number of environments by more than their zipped size, and a small installation never zips anything unasked.
 */
export class WarmDocuments {
  readonly #budgetBytes: number;
  /** By environment, least recently used first. */
  readonly #warm = new Map<number, Revision>();
  #bytes = 0;

  constructor(budgetBytes: number = DEFAULT_BUDGET_BYTES) {
    this.#budgetBytes = budgetBytes;
  }

  /** A new newest revision of its environment. */
  add(revision: Revision): void {
    this.forget(revision.environmentId);
    this.#warm.set(revision.environmentId, revision);
    this.#bytes += revision.document.size;
    for (const [environmentId, oldest] of this.#warm) {
      if (this.#bytes <= this.#budgetBytes || oldest === revision) break;
      this.forget(environmentId);
      oldest.document.rest();
    }
  }

  /** An environment's newest revision is needed now. One that rests already goes on resting. */
  used(environmentId: number): void {
    const revision = this.#warm.get(environmentId);
    if (revision === undefined) return;
    this.#warm.delete(environmentId);
    this.#warm.set(environmentId, revision);
  }

  /** The environment is no longer served, or has a newer revision. */
  forget(environmentId: number): void {
    const revision = this.#warm.get(environmentId);
    if (revision === undefined) return;
    this.#warm.delete(environmentId);
    this.#bytes -= revision.document.size;
  }
}
