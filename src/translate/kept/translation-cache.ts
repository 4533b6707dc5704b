import type { SegmentScope } from "../segment.ts";
import { CommonWork } from "./common-work.ts";
import { EnvironmentFeatures } from "./environment-features.ts";

/**
 * What is kept of the last translation of one environment, so that the next one does again only what changed. It changes
 * no byte of any document; only a flag whose translation fails is better off with it, since it has a last good one.
 */
export class TranslationCache {
  readonly #byEncoding = new Map<SegmentScope["encoding"], EnvironmentFeatures>();
  readonly #common: CommonWork;

  /** @param common shared with the caches of other environments. */
  constructor(common: CommonWork = new CommonWork()) {
    this.#common = common;
  }

  /** The features in this encoding. */
  features(encoding: SegmentScope["encoding"]): EnvironmentFeatures {
    const features = this.#byEncoding.get(encoding) ?? new EnvironmentFeatures(encoding, this.#common);
    this.#byEncoding.set(encoding, features);
    return features;
  }

  /** Of all documents that something is kept of, about: a document in compact forms stands beside the exact one. */
  get characters(): number {
    return [...this.#byEncoding.values()].reduce((sum, features) => sum + features.characters, 0);
  }

  /** Lets an encoding go that is not needed now. */
  forget(encoding: SegmentScope["encoding"]): void {
    this.#byEncoding.delete(encoding);
  }
}
