import type { Clock, Timer } from "../../support/clock.ts";
import type { Queryable } from "../connection/database.ts";
import { HEARING_CHANNEL } from "./hearing-test.ts";

/** What catching up needs. */
export interface CatchUpOptions {
  /** Sends from the connections that read: what they can see was committed, and so announced, before. */
  readonly reader: Queryable;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Longer than any notification takes on a connection that works; who waits in vain is told so. */
const ARRIVES_WITHIN_MS = 2_000;

/**
 * Tells when all has been heard that was announced before a moment. A reading and the notifications of what it saw
 * come on different connections, and may overtake one another: a reading that saw half a series must not be shown
 * before the series was heard of. Postgres delivers notifications in the order of their commits, so a word of our own,
 * sent after the reading's moment, comes behind all of them.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #name: string;
  readonly #awaited = new Map<string, (caughtUp: boolean) => void>();
  #sent = 0;

  constructor(options: CatchUpOptions) {
    this.#options = options;
    this.#name = `catch-up ${options.random()}`;
  }

  /** A word came on {@link HEARING_CHANNEL}, perhaps another's. */
  heard(token: string): void {
    this.#awaited.get(token)?.(true);
  }

  /** The connection that listens is gone: nothing that is awaited will come. */
  lost(): void {
    for (const settle of [...this.#awaited.values()]) settle(false);
  }

  /** Sends a word and resolves when it is back. `false`: it is not known what was announced meanwhile. */
  async wait(): Promise<boolean> {
    const { reader, clock } = this.#options;
    this.#sent += 1;
    const token = `${this.#name} ${this.#sent}`;
    let timer: Timer | undefined;
    const arrived = new Promise<boolean>((resolve) => {
      this.#awaited.set(token, resolve);
      timer = clock.after(ARRIVES_WITHIN_MS, () => resolve(false));
      reader.query("SELECT pg_notify($1, $2)", [HEARING_CHANNEL, token]).catch(() => resolve(false));
    });
    try {
      return await arrived;
    } finally {
      timer?.cancel();
      this.#awaited.delete(token);
    }
  }
}
