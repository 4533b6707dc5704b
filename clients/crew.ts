import { pause } from "../bench/measure.ts";
import type { Text } from "../test/property/expectation.ts";
import type { ClientProcess } from "./client-process.ts";
import type { Program, Recipe } from "./recipes/recipe.ts";
import { type AskedFlag, ask, askOne, type Table } from "./table.ts";
import type { World } from "./world.ts";

/** One client that takes part in a run. */
export interface Member {
  readonly recipe: Recipe;
  readonly program: Program;
  readonly client: ClientProcess;
}

/** The flag whose value tells which change a client has seen; nobody has an override of it. */
const MARKER: AskedFlag = { flag: "cart_reminder_hours", types: ["integer"] };
const ANYBODY = { targetingKey: "nobody-special" };
const ASK_EVERY_MS = 3;
const STEADY_EVERY_MS = 200;

/** When the client first answered so; `undefined` if it did not within the limit. */
export async function answered(
  client: ClientProcess,
  flag: AskedFlag,
  expected: Text,
  limitMs: number,
): Promise<number | undefined> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const text = await askOne(client, flag, ANYBODY);
    if (text === expected) return Date.now();
    if (text === undefined || Date.now() > endMs) return undefined;
    await pause(ASK_EVERY_MS);
  }
}

/** Sets the marker to values that it never had. */
export class Marker {
  readonly #world: World;
  #last = 1_000;

  constructor(world: World) {
    this.#world = world;
  }

  /** The text of the newest value. */
  get newest(): Text {
    return String(this.#last);
  }

  /** A new value; returns when it was committed, epoch ms. */
  set(): Promise<number> {
    this.#last += 1;
    return this.#world.change(MARKER.flag, this.newest);
  }

  /** When the client answered with the newest value. */
  seenBy(client: ClientProcess, limitMs: number): Promise<number | undefined> {
    return answered(client, MARKER, this.newest, limitMs);
  }

  /** What the client answers now. */
  heldBy(client: ClientProcess): Promise<Text | undefined> {
    return askOne(client, MARKER, ANYBODY);
  }
}

/** Asks members the same again and again, and counts answers that are not what they were at first. */
export class Steady {
  readonly #changed = new Map<Member, number>();
  readonly #loops: readonly Promise<void>[];
  #running = true;

  constructor(members: readonly Member[], table: Table) {
    this.#loops = members.map((member) => this.#watch(member, table));
  }

  /** Ends the questions. */
  async stop(): Promise<ReadonlyMap<Member, number>> {
    this.#running = false;
    await Promise.all(this.#loops);
    return this.#changed;
  }

  async #watch(member: Member, table: Table): Promise<void> {
    const first = JSON.stringify(await ask(member.client, table));
    while (this.#running) {
      await pause(STEADY_EVERY_MS);
      if (JSON.stringify(await ask(member.client, table)) === first) continue;
      this.#changed.set(member, (this.#changed.get(member) ?? 0) + 1);
    }
  }
}
