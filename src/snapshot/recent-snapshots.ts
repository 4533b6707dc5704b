import type { EnvironmentSnapshot } from "../model/environment.ts";

/** An environment as it was shown last, and the kind of versioning under which it was read. */
export interface ShownEnvironment {
  readonly snapshot: EnvironmentSnapshot;
  readonly versioned: boolean;
}

/** The part of the room that environments may take together which nobody has changed yet, as after a start. */
const SHARE_OF_UNCHANGED = 2 / 5;

/**
 * Keeps what was shown of the environments that changed most recently, up to `mostFeatures` features in all: what a
 * partial reading is merged into. Of the others only the ids of their features stay, which tell whether one vanished;
 * their next change is read as a whole.
 */
export class RecentSnapshots {
  readonly #mostFeatures: number;
  readonly #recent = new Map<number, ShownEnvironment>();
  readonly #featureIds = new Map<number, Int32Array>();
  #features = 0;

  constructor(mostFeatures: number) {
    this.#mostFeatures = mostFeatures;
  }

  get(environmentId: number): ShownEnvironment | undefined {
    return this.#recent.get(environmentId);
  }

  /** Whether the environment was ever shown, remembered as a whole or not. */
  knows(environmentId: number): boolean {
    return this.#featureIds.has(environmentId);
  }

  /** Ids of the features that were shown last, in order; empty if the environment never was. */
  featureIds(environmentId: number): Int32Array {
    return this.#featureIds.get(environmentId) ?? new Int32Array();
  }

  /** @param changed whether somebody changed the environment; otherwise no other gives way to it. */
  set(environmentId: number, shown: ShownEnvironment, changed: boolean): void {
    const { features } = shown.snapshot;
    this.#featureIds.set(
      environmentId,
      Int32Array.from(features, (feature) => feature.id),
    );
    const room = this.#mostFeatures * SHARE_OF_UNCHANGED - this.#features;
    if (!changed && !this.#recent.has(environmentId) && this.#recent.size > 0 && features.length > room)
      return;
    this.#features += features.length - (this.#recent.get(environmentId)?.snapshot.features.length ?? 0);
    if (changed) this.#recent.delete(environmentId);
    this.#recent.set(environmentId, shown);
    for (const oldest of this.#recent.keys()) {
      if (this.#features <= this.#mostFeatures || oldest === environmentId) break;
      this.#drop(oldest);
    }
  }

  /** Forgets an environment that is no longer served. */
  forget(environmentId: number): void {
    this.#drop(environmentId);
    this.#featureIds.delete(environmentId);
  }

  #drop(environmentId: number): void {
    this.#features -= this.#recent.get(environmentId)?.snapshot.features.length ?? 0;
    this.#recent.delete(environmentId);
  }
}
