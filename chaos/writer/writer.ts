import { pause } from "../../bench/measure.ts";
import { setFlagValue, toggleFlag } from "../../src/demo/change-flag.ts";
import type { Database } from "../../src/postgres/connection/database.ts";
import { messageOf } from "../../src/support/errors.ts";
import { raiseCounter } from "./counter.ts";
import { ENVIRONMENTS, type Places } from "./places.ts";
import { SERIES } from "./series.ts";

/** What the writer does: everything, only changes that one statement makes visible, or nothing. */
export type WriterMode = "all" | "single" | "none";

const BETWEEN_MS = 50;
const TOGGLED = ["dark_theme", "maintenance_mode", "guest_checkout", "new_checkout"] as const;

/** Makes changes as Flagsmith does, all the time, one after the other. */
export class Writer {
  readonly #database: Database;
  readonly #places: Places;
  readonly #random: () => number;
  #mode: WriterMode = "none";
  #working: Promise<void> = Promise.resolve();
  #number = 0;
  /** When the last change was made, epoch milliseconds. */
  lastCommitMs = 0;
  /** Changes that the database took. */
  changes = 0;
  /** Changes that the database did not take, or of which nobody knows. */
  failures = 0;
  /** Why the last of them failed. */
  lastFailure = "";

  constructor(database: Database, places: Places, random: () => number) {
    this.#database = database;
    this.#places = places;
    this.#random = random;
  }

  /** Begins, or goes on in another mode. */
  async resume(mode: WriterMode): Promise<void> {
    await this.pause();
    this.#mode = mode;
    if (mode !== "none") this.#working = this.#work();
  }

  /** Resolves when the change that was under way has ended. */
  async pause(): Promise<void> {
    this.#mode = "none";
    await this.#working;
  }

  /** Makes one change in each environment, now. To be called while it pauses. */
  async once(): Promise<void> {
    for (const environment of ENVIRONMENTS) {
      await this.#count(environment);
      this.changes += 1;
    }
    this.lastCommitMs = Date.now();
  }

  async #work(): Promise<void> {
    while (this.#mode !== "none") {
      try {
        await this.#change();
        this.lastCommitMs = Date.now();
        this.changes += 1;
      } catch (thrown) {
        // Not told apart: a change whose answer was lost may have been made.
        this.lastCommitMs = Date.now();
        this.failures += 1;
        this.lastFailure = messageOf(thrown);
      }
      await pause(BETWEEN_MS * 2 * this.#random());
    }
  }

  async #change(): Promise<void> {
    const environment = this.#random() < 0.5 ? "development" : "production";
    const environmentKey = this.#places.keys.get(environment) ?? "";
    const kind = this.#random();
    if (this.#mode === "all" && kind < 0.3) {
      this.#number += 1;
      const series = SERIES[Math.floor(this.#random() * SERIES.length)];
      await series?.(this.#database, this.#places, this.#number);
    } else if (kind < 0.5) {
      const flag = TOGGLED[Math.floor(this.#random() * TOGGLED.length)] ?? TOGGLED[0];
      await toggleFlag(this.#database, { flag, environmentKey });
    } else if (kind < 0.6) {
      const text = `banner ${Math.floor(this.#random() * 1_000)}`;
      await setFlagValue(this.#database, { flag: "banner_text", environmentKey }, text);
    } else await this.#count(environment);
  }

  #count(environment: (typeof ENVIRONMENTS)[number]): Promise<number> {
    const { developmentId, productionId, stagingId, counterId: featureId } = this.#places;
    const ids = { development: developmentId, production: productionId, staging: stagingId };
    return raiseCounter(this.#database, { environmentId: ids[environment], featureId });
  }
}
