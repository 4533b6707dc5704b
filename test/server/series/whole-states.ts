import type { Database } from "../../../src/postgres/connection/database.ts";
import { readEnvironment } from "../../../src/postgres/reading/read-environment.ts";
import { probeFlagsmith } from "../../../src/postgres/schema/flagsmith-columns.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { type FlagTexts, flagTexts, type SeenFlags } from "./seen-flags.ts";

const SETTINGS = { semantics: "flagsmith", identityOverrideLimit: 100 } as const;

/** What the database says now, translated without a server. */
export async function presentFlags(database: Database, environmentId: number): Promise<FlagTexts> {
  const columns = await probeFlagsmith(database);
  const reading = await readEnvironment(database, { environmentId, columns, settings: SETTINGS });
  return reading === undefined ? new Map() : flagTexts(translateEnvironment(reading.snapshot).content);
}

/** The states of each feature that may be seen, in their order: those between series, none within one. */
export class WholeStates {
  readonly #states: Map<number, (string | undefined)[]>;

  constructor(initial: FlagTexts) {
    this.#states = new Map(Array.from(initial, ([id, text]) => [id, [text]]));
  }

  /** Notes the state of these features (of all that are or were there, if none are named) as one that may be seen. */
  note(
    flags: FlagTexts,
    featureIds: Iterable<number> = new Set([...this.#states.keys(), ...flags.keys()]),
  ): void {
    for (const id of featureIds) {
      const states = this.#states.get(id) ?? [undefined];
      this.#states.set(id, states);
      if (states.at(-1) !== flags.get(id)) states.push(flags.get(id));
    }
  }

  /** What was seen and may not be: states that no feature had between series, and steps back to an earlier one. */
  faults({ ways }: SeenFlags): readonly string[] {
    return [...this.#faultsOf("stream", ways.stream), ...this.#faultsOf("http", ways.http)];
  }

  #faultsOf(way: string, documents: readonly FlagTexts[]): readonly string[] {
    const faults: string[] = [];
    const place = new Map<number, number>();
    for (const [index, flags] of documents.entries()) {
      for (const id of new Set([...flags.keys(), ...this.#states.keys()])) {
        const states = this.#states.get(id) ?? [];
        const from = place.get(id) ?? 0;
        const at = states.indexOf(flags.get(id), from);
        if (at >= 0) place.set(id, at);
        else {
          const kind = states.includes(flags.get(id)) ? "older state again" : "half-done state";
          faults.push(`${way} document ${index}, feature ${id}: ${kind}: ${flags.get(id) ?? "absent"}`);
        }
      }
    }
    return faults;
  }
}
