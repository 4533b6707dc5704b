import { DEMO_KEYS, type SampleProject } from "../../src/demo/sample/sample-project.ts";
import { liveState } from "../../src/demo/writer/live-state.ts";
import { createFeature } from "../../src/demo/writer/write-features.ts";
import { createServerKey } from "../../src/demo/writer/write-keys.ts";
import { createSegmentOverride } from "../../src/demo/writer/write-overrides.ts";
import { createEnvironment } from "../../src/demo/writer/write-places.ts";
import { setStateValue } from "../../src/demo/writer/write-states.ts";
import { publishVersion } from "../../src/demo/writer/write-versions.ts";
import type { Database } from "../../src/postgres/connection/database.ts";
import { COUNTER_FLAG, NEVER_SHOWN } from "../record/observe.ts";

/** The sample project with what the writer needs in it. */
export interface Places {
  readonly projectId: number;
  /** Under v1 versioning. */
  readonly developmentId: number;
  /** Under v2 versioning. */
  readonly productionId: number;
  /** Of which a fault switches the versioning; the writer leaves it alone. */
  readonly stagingId: number;
  readonly counterId: number;
  /** Its initial value is {@link NEVER_SHOWN}; what is live is another. */
  readonly overrideId: number;
  /** A feature that the writer leaves alone, for faults to spoil: it may be left out. */
  readonly victimId: number;
  /** The feature of an unfinished series, whose initial value may be shown. */
  readonly halfDoneId: number;
  /** A segment to give overrides to. */
  readonly segmentId: number;
  /** Flags that exist all the time. */
  readonly always: readonly string[];
  /** Keys by the name of the environment. */
  readonly keys: ReadonlyMap<string, string>;
}

/** The environments that are followed. */
export const ENVIRONMENTS = ["development", "production", "staging"] as const;

const STAGING_KEY = "ser.chaos-staging-key";

/** Adds the features of the run to the sample project, before anybody follows it. */
export async function createPlaces(database: Database, sample: SampleProject): Promise<Places> {
  const { projectId, developmentId, productionId } = sample;
  const stagingId = await createEnvironment(database, { projectId, name: "Staging" });
  await createServerKey(database, { environmentId: stagingId, name: "chaos", key: STAGING_KEY });
  const feature = (name: string, value: string | number): Promise<number> =>
    createFeature(database, { projectId, name, value, enabled: true });
  const counterId = await feature(COUNTER_FLAG, 0);
  const victimId = await feature("chaos_victim", "whole");
  const halfDoneId = await feature("chaos_half_done", "begun");
  const overrideId = await feature("chaos_override", NEVER_SHOWN);
  const segmentId = [...sample.segmentIds.values()][0] ?? 0;
  for (const environmentId of [developmentId, stagingId]) {
    const stateId = await liveState(database, { environmentId, featureId: overrideId });
    if (stateId !== undefined) await setStateValue(database, stateId, "plain");
  }
  const inStaging = { environmentId: stagingId, featureId: halfDoneId, segmentId };
  await createSegmentOverride(database, { ...inStaging, enabled: true, value: "for a segment" });
  const inProduction = { environmentId: productionId, featureId: overrideId };
  await publishVersion(database, { ...inProduction, default: { value: "plain" } });
  const always = [...sample.featureIds.keys(), COUNTER_FLAG, "chaos_half_done", "chaos_override"];
  return {
    projectId,
    developmentId,
    productionId,
    stagingId,
    counterId,
    overrideId,
    victimId,
    halfDoneId,
    segmentId,
    always,
    keys: new Map([
      ["development", DEMO_KEYS.development],
      ["production", DEMO_KEYS.production],
      ["staging", STAGING_KEY],
    ]),
  };
}
