import type { Revision } from "../../model/revision.ts";
import type { FollowerTransport } from "../../model/status.ts";
import type { Clock } from "../../support/clock.ts";

/** Who follows, as its transport knows it. */
interface FollowerDetails {
  readonly environmentId: number | undefined;
  readonly lastFour: string;
  readonly peer: string;
  readonly userAgent: string | undefined;
  readonly providerId: string | undefined;
  readonly transport: FollowerTransport;
}

/** What one stream has of one environment. */
export interface Holding {
  readonly environmentId: number;
  /** Content hash of what its connection took last. */
  hash: string | undefined;
  writtenAtMs: number;
  /** Content hash of what it was handed and has not taken. */
  sending: string | undefined;
}

/** One open stream. */
export interface Followed {
  readonly id: number;
  readonly details: FollowerDetails;
  readonly sinceMs: number;
  readonly holdings: Iterable<Holding>;
}

type Taken = Pick<Revision, "environmentId" | "flagSetId" | "hash" | "emptied">;

/** Under what the holding of a stream of one environment is kept, whatever its flag set is called. */
const THE_ONE = "";

/**
 * Who follows and what each one holds: the answer to "has every pod got the kill switch?". A push costs a look-up and two
 * assignments per stream; everything else is reckoned when somebody asks. Times are epoch milliseconds.
 */
export class Followers {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #open = new Set<Followed>();
  #nextId = 1;

  /** @param onChange called after every change, so it must be cheap */
  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** A stream was opened. */
  opened(details: FollowerDetails): { writing(revision: Taken): void; written(): void; gone(): void } {
    const clock = this.#clock;
    const holdings = new Map<string, Holding>();
    const hold = (environmentId: number, name: string): Holding => {
      const holding = { environmentId, hash: undefined, writtenAtMs: 0, sending: undefined };
      holdings.set(name, holding);
      return holding;
    };
    if (details.environmentId !== undefined) hold(details.environmentId, THE_ONE);
    const followed: Followed = {
      id: this.#nextId,
      details,
      sinceMs: clock.now(),
      get holdings() {
        return holdings.values();
      },
    };
    this.#nextId += 1;
    this.#open.add(followed);
    this.#onChange();
    let sending: Holding | undefined;
    let leaving: string | undefined;
    return {
      writing: ({ environmentId, flagSetId, hash, emptied }) => {
        const name = details.environmentId === undefined ? flagSetId : THE_ONE;
        const known = holdings.get(name);
        sending = known?.environmentId === environmentId ? known : hold(environmentId, name);
        sending.sending = hash;
        leaving = emptied ? name : undefined;
        this.#onChange();
      },
      written: () => {
        if (sending === undefined) return;
        sending.hash = sending.sending;
        sending.writtenAtMs = clock.now();
        sending.sending = undefined;
        sending = undefined;
        if (leaving !== undefined) holdings.delete(leaving);
        leaving = undefined;
        this.#onChange();
      },
      gone: () => {
        this.#open.delete(followed);
        this.#onChange();
      },
    };
  }

  /** All open streams, oldest first. */
  list(): Iterable<Followed> {
    return this.#open;
  }
}
