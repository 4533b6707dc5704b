/** What of an environment must be read again: all of it, or the features and segments that changed. */
export type ReadScope =
  | "everything"
  | { readonly features: ReadonlySet<number>; readonly segments: ReadonlySet<number> };

/** What a change says it touched; `null` for both stands for "anything". */
export interface TouchedIds {
  readonly features: Iterable<number> | null;
  readonly segments: Iterable<number> | null;
}

/** Gathers per environment what changed since it was last read, so that a reading costs what changed, not what there is. */
export class DirtyScopes {
  readonly #scopes = new Map<number, "everything" | { features: Set<number>; segments: Set<number> }>();

  /** Adds to what is to be read. */
  add(environmentId: number, touched: TouchedIds | "everything"): void {
    const scope = this.#scopes.get(environmentId);
    if (scope === "everything") return;
    if (touched === "everything" || (touched.features === null && touched.segments === null)) {
      this.#scopes.set(environmentId, "everything");
      return;
    }
    const gathered = scope ?? { features: new Set<number>(), segments: new Set<number>() };
    for (const id of touched.features ?? []) gathered.features.add(id);
    for (const id of touched.segments ?? []) gathered.segments.add(id);
    if (gathered.features.size + gathered.segments.size > 0) this.#scopes.set(environmentId, gathered);
  }

  /** Gives what is to be read and forgets it: whoever takes it reads it, or adds it again. `undefined`: nothing is. */
  take(environmentId: number): ReadScope | undefined {
    const scope = this.#scopes.get(environmentId);
    this.#scopes.delete(environmentId);
    return scope;
  }

  /** Drops an environment that is no longer served. */
  forget(environmentId: number): void {
    this.#scopes.delete(environmentId);
  }
}
