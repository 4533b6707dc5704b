import type { Clock, Timer } from "../../support/clock.ts";
import type { Queryable } from "../connection/database.ts";

/** A channel apart: a release that knows nothing of the test would take it for a change of everything. */
export const HEARING_CHANNEL = "flagd_sync_hearing";

/** What the test needs. */
export interface HearingTestOptions {
  readonly reader?: Queryable;
  readonly clock: Clock;
  readonly random: () => number;
}

const ANSWER_WITHIN_MS = 3_000;
const EVERY_MS = 60_000;
const EVERY_MS_WHILE_DEAF = 5_000;

/**
 * Finds out whether a LISTEN that was accepted also hears. Behind a pooler that lends a connection per transaction it
 * does not: LISTEN lands on some server connection, and what that one hears belongs to nobody. Nor does it if the two
 * addresses lead to different databases. So a word is sent through the connections that read, and must arrive.
 */
export class HearingTest {
  readonly #options: HearingTestOptions;
  #awaited: { readonly token: string; readonly onHeard: (hears: true) => void } | undefined;
  #lastMs: number | undefined;
  #deaf = false;

  constructor(options: HearingTestOptions) {
    this.#options = options;
  }

  /** A new connection: nothing is known of its hearing. */
  reset(): void {
    this.#lastMs = undefined;
    this.#deaf = false;
  }

  due(): boolean {
    if (this.#options.reader === undefined) return false;
    if (this.#lastMs === undefined) return true;
    const everyMs = this.#deaf ? EVERY_MS_WHILE_DEAF : EVERY_MS;
    return this.#options.clock.monotonicMs() - this.#lastMs >= everyMs;
  }

  /** A word came on {@link HEARING_CHANNEL}: of this test, of an earlier one, or of another replica. */
  heard(token: string): void {
    if (this.#awaited?.token === token) this.#awaited.onHeard(true);
  }

  /** `undefined`: the word could not be sent, which says nothing of hearing. */
  async run(): Promise<boolean | undefined> {
    const { reader, clock, random } = this.#options;
    if (reader === undefined) return undefined;
    const token = `${clock.now()}-${random()}`;
    const arrived = new Promise<true>((resolve) => {
      this.#awaited = { token, onHeard: resolve };
    });
    let timer: Timer | undefined;
    const tooLate = new Promise<false>((resolve) => {
      timer = clock.after(ANSWER_WITHIN_MS, () => resolve(false));
    });
    const sending = reader.query("SELECT pg_notify($1, $2)", [HEARING_CHANNEL, token]).then(
      () => true,
      () => false,
    );
    const sent = await Promise.race([sending, tooLate]);
    const hears = sent && (await Promise.race([arrived, tooLate]));
    timer?.cancel();
    this.#awaited = undefined;
    if (!sent) return undefined;
    this.#lastMs = clock.monotonicMs();
    this.#deaf = !hears;
    return hears;
  }
}
