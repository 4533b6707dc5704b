import type { Refusal } from "../../model/access.ts";

/** What to do about a document that is too large. */
export const TOO_LARGE_ADVICE =
  "make the largest parts smaller, or raise MAX_DOCUMENT_BYTES if every client takes more";

/** A document that is not shown; the last one that was stays in its place, if there is one. */
export interface HeldDocument {
  readonly environmentId: number;
  readonly flagSetId: string;
  readonly reason: "document_too_large";
  /** Bytes of the message that would have been sent. */
  readonly bytes: number;
  /** What is too large, by how much, and what costs most. */
  readonly detail: string;
}

/** The refusal of whoever asks for an environment that has nothing to show at all. */
export function refusalOf({ reason, detail }: HeldDocument): Refusal {
  const message = `the document is too large for its clients: ${detail}; ${TOO_LARGE_ADVICE}`;
  return { granted: false, reason, message };
}

/** Remembers which environments' newest documents are held back, so that whoever asks can be told. */
export class HeldDocuments {
  readonly #held = new Map<number, HeldDocument>();
  readonly #onCount: (count: number) => void;

  /** @param onCount is told how many are held, after each change. */
  constructor(onCount: (count: number) => void) {
    this.#onCount = onCount;
  }

  /** Holds a document; `true` if none of its environment was held before. */
  hold(document: HeldDocument): boolean {
    const isNew = !this.#held.has(document.environmentId);
    this.#held.set(document.environmentId, document);
    this.#onCount(this.#held.size);
    return isNew;
  }

  /** The newest document can be shown again, or the environment is gone; `true` if one was held. */
  release(environmentId: number): boolean {
    const was = this.#held.delete(environmentId);
    if (was) this.#onCount(this.#held.size);
    return was;
  }

  get(environmentId: number): HeldDocument | undefined {
    return this.#held.get(environmentId);
  }

  /** All that are held, in the order of the environments' ids. */
  list(): readonly HeldDocument[] {
    return [...this.#held.values()].sort((left, right) => left.environmentId - right.environmentId);
  }
}
