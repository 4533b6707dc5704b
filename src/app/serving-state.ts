/** Whether calls are answered: what gRPC's health service reports. */
export class ServingState {
  readonly #listeners = new Set<() => void>();
  #serving = false;

  serving(): boolean {
    return this.#serving;
  }

  /** Calls after each change; returns what stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(serving: boolean): void {
    if (this.#serving === serving) return;
    this.#serving = serving;
    for (const listener of [...this.#listeners]) listener();
  }
}
