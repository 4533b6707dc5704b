import type { Readiness } from "../transports/management/routes.ts";

/** What a process that goes down says of itself. */
export const DRAINING: Readiness = { ready: false, waitingFor: ["the end of this process"] };

/** Whether calls are answered: what gRPC's health service reports, and what keeps load balancers from sending more. */
export class ServingState {
  readonly #listeners = new Set<() => void>();
  #serving = false;
  #draining = false;

  serving(): boolean {
    return this.#serving;
  }

  /** Calls after each change; returns what stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What overrules any other readiness while the process goes down: nobody is to come here any more. */
  notReady(): Readiness | undefined {
    return this.#draining ? DRAINING : undefined;
  }

  /** The process goes down; there is no way back. */
  drain(): void {
    this.#draining = true;
    this.set(false);
  }

  set(serving: boolean): void {
    if (this.#serving === serving) return;
    this.#serving = serving;
    for (const listener of [...this.#listeners]) listener();
  }
}
