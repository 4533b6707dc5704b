import type fc from "fast-check";
import { setFlagValue } from "../../../src/demo/change-flag.ts";
import { DEMO_KEYS, type SampleProject } from "../../../src/demo/sample/sample-project.ts";
import { liveState } from "../../../src/demo/writer/live-state.ts";
import { scheduleState } from "../../../src/demo/writer/write-states.ts";
import type { Database } from "../../../src/postgres/connection/database.ts";
import type { TcpProxy } from "../../support/tcp-proxy.ts";
import { eventually, type FollowedStream, type SeenDocument } from "../harness.ts";

const FLAG = "banner_text";

/** What the database says: the flag's value counts the changes. */
export interface Model {
  /** The number that is live. */
  live: number;
  /** The greatest that was ever written. */
  written: number;
  /** A change ahead that the clock alone will bring. */
  scheduled: { readonly number: number; readonly liveFrom: Date } | undefined;
}

/** Two servers on one database, each behind a network of its own, and a follower of each. */
export interface Real {
  readonly database: Database;
  readonly sample: SampleProject;
  readonly proxies: readonly TcpProxy[];
  readonly streams: readonly FollowedStream[];
}

type Command = fc.AsyncCommand<Model, Real>;

/** The number that a document shows. */
export function numberIn({ flags }: SeenDocument): number {
  return Number(String(flags[FLAG]?.variants.control).replace("number ", ""));
}

/** Resolves when every follower has that number. */
export async function seenEverywhere({ streams }: Pick<Real, "streams">, number: number): Promise<void> {
  await Promise.all(streams.map((stream) => stream.until((document) => numberIn(document) === number)));
}

/** Writes numbers, as Flagsmith would, one right after the other. */
export class Write implements Command {
  readonly #count: number;
  constructor(count: number) {
    this.#count = count;
  }
  check({ scheduled }: Readonly<Model>): boolean {
    return scheduled === undefined;
  }
  async run(model: Model, { database }: Real): Promise<void> {
    for (let count = 0; count < this.#count; count += 1) {
      model.written += 1;
      model.live = model.written;
      const place = { flag: FLAG, environmentKey: DEMO_KEYS.development };
      await setFlagValue(database, place, `number ${model.live}`);
    }
  }
  toString(): string {
    return `write ${this.#count}`;
  }
}

/** Writes a number behind the triggers' back: only a comparison finds it. */
export class WriteSilently implements Command {
  check({ scheduled }: Readonly<Model>): boolean {
    return scheduled === undefined;
  }
  async run(model: Model, { database, sample }: Real): Promise<void> {
    model.written += 1;
    model.live = model.written;
    const stateId = await stateOf(database, sample);
    await database.write(async (transaction) => {
      await transaction.execute("SET LOCAL session_replication_role = replica");
      await transaction.query(
        "UPDATE features_featurestatevalue SET string_value = $2 WHERE feature_state_id = $1",
        [stateId, `number ${model.live}`],
      );
    });
  }
  toString(): string {
    return "write silently";
  }
}

/** Lets a number become live by the clock. */
export class Schedule implements Command {
  readonly #delayMs: number;
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }
  check({ scheduled }: Readonly<Model>): boolean {
    return scheduled === undefined;
  }
  async run(model: Model, { database, sample }: Real): Promise<void> {
    model.written += 1;
    const [row] = await database.query("SELECT live_from FROM features_featurestate WHERE id = $1", [
      await scheduleState(database, {
        stateId: await stateOf(database, sample),
        delayMs: this.#delayMs,
        value: `number ${model.written}`,
      }),
    ]);
    model.scheduled = { number: model.written, liveFrom: (row as { readonly live_from: Date }).live_from };
  }
  toString(): string {
    return `schedule in ${this.#delayMs} ms`;
  }
}

/** Waits until what is scheduled is live. */
export class Pass implements Command {
  check({ scheduled }: Readonly<Model>): boolean {
    return scheduled !== undefined;
  }
  async run(model: Model, { database }: Real): Promise<void> {
    const { scheduled } = model;
    if (scheduled === undefined) return;
    await eventually(async () => {
      const rows = await database.query("SELECT 1 WHERE now() > $1::timestamptz + interval '1 ms'", [
        scheduled.liveFrom,
      ]);
      return rows.length > 0 ? true : undefined;
    });
    model.live = scheduled.number;
    model.scheduled = undefined;
  }
  toString(): string {
    return "pass";
  }
}

/** Something that happens to the servers and changes nothing of what is true. */
export class Disturb implements Command {
  readonly #name: string;
  readonly #act: (real: Real) => unknown;
  constructor(name: string, act: (real: Real) => unknown) {
    this.#name = name;
    this.#act = act;
  }
  check(): boolean {
    return true;
  }
  async run(_: Model, real: Real): Promise<void> {
    await this.#act(real);
  }
  toString(): string {
    return this.#name;
  }
}

/** Waits until the followers of some replicas have what is live; the others may lag behind. */
export class Settle implements Command {
  readonly #replicas: readonly number[];
  constructor(replicas: readonly number[]) {
    this.#replicas = replicas;
  }
  check({ scheduled }: Readonly<Model>): boolean {
    return scheduled === undefined;
  }
  async run({ live }: Model, real: Real): Promise<void> {
    const streams = real.streams.filter((_, index) => this.#replicas.includes(index));
    await seenEverywhere({ streams }, live);
  }
  toString(): string {
    return `settle ${this.#replicas.join(" and ")}`;
  }
}

async function stateOf(database: Database, sample: SampleProject): Promise<number> {
  const place = { environmentId: sample.developmentId, featureId: sample.featureIds.get(FLAG) ?? 0 };
  const id = await liveState(database, place);
  if (id === undefined) throw new Error("the flag has no state");
  return id;
}
