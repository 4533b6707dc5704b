/**
 * Several people at work in one environment, each on a feature of their own, in any order and at any pace. PROPERTY_SEED
 * repeats the choices of a run, PROPERTY_RUNS makes it longer.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { liveState } from "../../../src/demo/writer/live-state.ts";
import { createFeature, deleteFeature, renameFeature } from "../../../src/demo/writer/write-features.ts";
import { createOption, deleteOption, setOptionValue } from "../../../src/demo/writer/write-options.ts";
import {
  createIdentityOverride,
  createSegmentOverride,
  deleteIdentityOverride,
  deleteSegmentOverride,
} from "../../../src/demo/writer/write-overrides.ts";
import { createSegment, deleteSegment } from "../../../src/demo/writer/write-segments.ts";
import { setStateEnabled, setWeights } from "../../../src/demo/writer/write-states.ts";
import type { Database } from "../../../src/postgres/connection/database.ts";
import { paced } from "./paced.ts";
import { watchFlags } from "./seen-flags.ts";
import { openSeriesPlace, type SeriesPlace } from "./series-place.ts";
import { presentFlags, WholeStates } from "./whole-states.ts";

const SEED = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 2 ** 31));
const RUNS = Number(process.env.PROPERTY_RUNS ?? 3);

const ACTIONS = [
  "toggle",
  "weights",
  "identity",
  "no identity",
  "segment",
  "no segment",
  "no override",
  "option",
  "no option",
  "option value",
  "rename",
] as const;

/** One person: what they do, one thing after the other, and how fast Flagsmith is about it. */
const person = fc.record({
  actions: fc.array(fc.constantFrom(...ACTIONS), { minLength: 3, maxLength: 7 }),
  pausesMs: fc.array(fc.constantFrom(0, 0, 1, 5, 30, 90), { minLength: 1, maxLength: 5 }),
});

let place: SeriesPlace;
beforeAll(async () => {
  place = await openSeriesPlace();
});
afterAll(() => place.close());

/** A feature with two options, and what has been hung on it. */
class Desk {
  readonly #database: Database;
  readonly #place: { readonly environmentId: number; readonly featureId: number };
  readonly #projectId: number;
  readonly #options: number[];
  readonly #identities: number[] = [];
  readonly #overrides: { readonly segmentId: number; readonly featureSegmentId: number }[] = [];
  #count = 0;
  #enabled = true;

  constructor(database: Database, featureId: number, options: readonly number[]) {
    this.#database = database;
    this.#place = { environmentId: place.sample.developmentId, featureId };
    this.#projectId = place.sample.projectId;
    this.#options = [...options];
  }

  async act(action: (typeof ACTIONS)[number]): Promise<void> {
    const database = this.#database;
    const { featureId } = this.#place;
    this.#count += 1;
    const name = `n${featureId}_${this.#count}`;
    const content = { ...this.#place, enabled: true, value: name };
    const stateId = (await liveState(database, this.#place)) ?? 0;
    const [option = 0] = this.#options;
    switch (action) {
      case "toggle":
        this.#enabled = !this.#enabled;
        return await setStateEnabled(database, stateId, this.#enabled);
      case "weights":
        return await setWeights(
          database,
          stateId,
          new Map(this.#options.map((id, at) => [id, this.#count + at])),
        );
      case "identity":
        this.#identities.push(await createIdentityOverride(database, { ...content, identifier: name }));
        return;
      case "no identity": {
        const identity = this.#identities.pop();
        if (identity !== undefined) await deleteIdentityOverride(database, identity);
        return;
      }
      case "segment": {
        const rule = {
          type: "ALL",
          conditions: [{ operator: "EQUAL", property: "plan", value: name }],
        } as const;
        const segmentId = await createSegment(database, {
          projectId: this.#projectId,
          name,
          rules: [rule, rule],
        });
        const { featureSegmentId } = await createSegmentOverride(database, { ...content, segmentId });
        this.#overrides.push({ segmentId, featureSegmentId });
        return;
      }
      case "no segment": {
        const override = this.#overrides.pop();
        if (override !== undefined) await deleteSegment(database, override.segmentId);
        return;
      }
      case "no override": {
        const override = this.#overrides.shift();
        if (override !== undefined) await deleteSegmentOverride(database, override.featureSegmentId);
        return;
      }
      case "option":
        this.#options.push(await createOption(database, { featureId, value: name, percentage: 3 }));
        return;
      case "no option": {
        const last = this.#options.pop();
        if (last !== undefined) await deleteOption(database, last);
        return;
      }
      case "option value":
        return await setOptionValue(database, option, name);
      case "rename":
        return await renameFeature(database, featureId, name);
    }
  }
}

async function openDesk(pausesMs: readonly number[], at: number): Promise<{ featureId: number; desk: Desk }> {
  const { database } = place.test;
  const name = `desk_${at}_${Math.random().toString(36).slice(2)}`;
  const { projectId } = place.sample;
  const featureId = await createFeature(database, { projectId, name, value: "initial", enabled: true });
  const options = [
    await createOption(database, { featureId, value: "a", percentage: 20 }),
    await createOption(database, { featureId, value: "b", percentage: 30 }),
  ];
  return { featureId, desk: new Desk(paced(database, { pausesMs }), featureId, options) };
}

it(`whatever they do, nobody sees anything half done (seed ${SEED})`, async () => {
  const environmentId = place.sample.developmentId;
  const present = () => presentFlags(place.test.database, environmentId);
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 2, maxLength: 4 }), async (people) => {
      const desks = [];
      for (const [at, { pausesMs }] of people.entries()) desks.push(await openDesk(pausesMs, at));
      const before = await present();
      const preparation = watchFlags(place.address, DEMO_KEYS.development);
      await preparation.shows(before);
      await preparation.close();

      const states = new WholeStates(before);
      const seen = watchFlags(place.address, DEMO_KEYS.development);
      await Promise.all(
        desks.map(async ({ featureId, desk }, at) => {
          for (const action of people[at]?.actions ?? []) {
            await desk.act(action);
            states.note(await present(), [featureId]);
          }
        }),
      );
      await seen.shows(await present());
      await seen.close();
      for (const { featureId } of desks) await deleteFeature(place.test.database, featureId);
      expect(states.faults(seen)).toEqual([]);
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);
