import type { Translation } from "../../model/translation.ts";
import { CommonWork } from "./common-work.ts";
import { TranslationCache } from "./translation-cache.ts";

/** What a cache takes of the heap, about, for each character of its documents: 10 to 19, rules as objects and texts. */
const BYTES_PER_CHARACTER = 20;

/** The part of the budget that environments may take together which nobody has changed yet, as after a start; one may always. */
const SHARE_OF_UNCHANGED = 1 / 8;

interface Kept {
  readonly cache: TranslationCache;
  readonly bytes: number;
}

/**
 * The caches of the environments that changed most recently, up to a budget in all. The first change after a start is
 * cheap too where there are few environments; where there are many, those that nobody changes take little.
 */
export class TranslationCaches {
  readonly #budgetBytes: number;
  /** By environment, the one whose change is longest ago first. */
  readonly #kept = new Map<number, Kept>();
  readonly #common = new CommonWork();
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** How many caches are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * Translates with the environment's cache, which is then kept if there is room for it.
   *
   * @param changed whether somebody changed the environment; otherwise no other cache gives way to it.
   */
  translate(
    environmentId: number,
    changed: boolean,
    work: (cache: TranslationCache) => Translation,
  ): Translation {
    const kept = this.#kept.get(environmentId);
    const cache = kept?.cache ?? new TranslationCache(this.#common);
    const translation = work(cache);
    const bytes = cache.characters * BYTES_PER_CHARACTER;
    const fits = this.#kept.size === 0 || this.#bytes + bytes <= this.#budgetBytes * SHARE_OF_UNCHANGED;
    if (changed) {
      this.forget(environmentId);
      this.#keep(environmentId, { cache, bytes });
      this.#makeRoom(environmentId);
    } else if (kept === undefined && fits) {
      this.#keep(environmentId, { cache, bytes });
    }
    return translation;
  }

  /** Drops the cache of an environment. */
  forget(environmentId: number): void {
    this.#bytes -= this.#kept.get(environmentId)?.bytes ?? 0;
    this.#kept.delete(environmentId);
  }

  #keep(environmentId: number, kept: Kept): void {
    this.#kept.set(environmentId, kept);
    this.#bytes += kept.bytes;
  }

  #makeRoom(newest: number): void {
    for (const environmentId of this.#kept.keys()) {
      if (this.#bytes <= this.#budgetBytes || environmentId === newest) return;
      this.forget(environmentId);
    }
  }
}
