import type { SegmentRule } from "../../../src/demo/writer/segment-rules.ts";
import { createFeature } from "../../../src/demo/writer/write-features.ts";
import { createOption } from "../../../src/demo/writer/write-options.ts";
import { createSegmentOverride } from "../../../src/demo/writer/write-overrides.ts";
import type { Database } from "../../../src/postgres/connection/database.ts";
import type { Series, SeriesPlace } from "./series-place.ts";

/** Brings about the state before a series, with things of this name, and says how the series goes. */
export type PreparedSeries = (name: string) => Promise<Omit<Series, "pausesMs">>;

/** Rules as the dashboard writes them: of each value a group of two conditions. */
export function rulesOf(...values: readonly string[]): readonly SegmentRule[] {
  return [
    {
      type: "ALL",
      rules: values.map((value) => ({
        type: "ANY",
        conditions: [
          { operator: "EQUAL", property: "plan", value },
          { operator: "CONTAINS", property: "mail", value },
        ],
      })),
    },
  ];
}

/** Where series are prepared; the place is only looked up when it is used. */
export class SeriesDesk {
  readonly #place: () => SeriesPlace;

  constructor(place: () => SeriesPlace) {
    this.#place = place;
  }

  get database(): Database {
    return this.#place().test.database;
  }

  get projectId(): number {
    return this.#place().sample.projectId;
  }

  get developmentId(): number {
    return this.#place().sample.developmentId;
  }

  get productionId(): number {
    return this.#place().sample.productionId;
  }

  /** A feature with three options. */
  async feature(
    name: string,
  ): Promise<{ readonly featureId: number; readonly optionIds: readonly number[] }> {
    const { database, projectId } = this;
    const featureId = await createFeature(database, { projectId, name, value: "initial", enabled: true });
    const optionIds: number[] = [];
    for (const [index, value] of ["a", "b", "c"].entries()) {
      optionIds.push(await createOption(database, { featureId, value, percentage: 20 + index }));
    }
    return { featureId, optionIds };
  }

  /** An override in Development. */
  override(on: Database, featureId: number, segmentId: number, value: string) {
    const environmentId = this.developmentId;
    return createSegmentOverride(on, { environmentId, featureId, segmentId, enabled: true, value });
  }

  /** Plans something for 700 ms ahead, and waits by the database's clock until it is live. */
  async goesLive(on: Database, plan: () => Promise<unknown>): Promise<void> {
    await plan();
    await on.query("SELECT pg_sleep(0.8)");
  }
}
