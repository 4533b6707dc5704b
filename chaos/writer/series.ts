import { pause } from "../../bench/measure.ts";
import { createFeature, deleteFeature } from "../../src/demo/writer/write-features.ts";
import { createOption } from "../../src/demo/writer/write-options.ts";
import {
  createIdentityOverride,
  createSegmentOverride,
  deleteIdentityOverride,
  deleteSegmentOverride,
} from "../../src/demo/writer/write-overrides.ts";
import { createSegment, deleteSegment } from "../../src/demo/writer/write-segments.ts";
import type { Database } from "../../src/postgres/connection/database.ts";
import { PAIR_PREFIX, PAIR_VALUES } from "../record/observe.ts";
import type { Places } from "./places.ts";

/** Some series are undone at once, others stay until they are seen. */
const stay = (number: number): Promise<void> => pause((number % 3) * 150);

/** A change in several transactions, and its way back; `number` differs from call to call. */
export type Series = (database: Database, places: Places, number: number) => Promise<void>;

const segmentOverride: Series = async (database, { developmentId, overrideId, segmentId }, number) => {
  const { featureSegmentId } = await createSegmentOverride(database, {
    environmentId: developmentId,
    featureId: overrideId,
    segmentId,
    enabled: true,
    value: `segment ${number}`,
  });
  await stay(number);
  await deleteSegmentOverride(database, featureSegmentId);
};

const identityOverride: Series = async (database, { developmentId, productionId, overrideId }, number) => {
  const stateId = await createIdentityOverride(database, {
    environmentId: number % 2 === 0 ? developmentId : productionId,
    featureId: overrideId,
    identifier: `person-${number}`,
    enabled: true,
    value: `identity ${number}`,
  });
  await stay(number);
  await deleteIdentityOverride(database, stateId);
};

const newSegment: Series = async (database, { projectId, developmentId, overrideId }, number) => {
  const segmentId = await createSegment(database, {
    projectId,
    name: `chaos ${number}`,
    rules: [
      {
        type: "ALL",
        rules: [{ type: "ANY", conditions: [{ property: "n", operator: "EQUAL", value: "1" }] }],
      },
    ],
  });
  await createSegmentOverride(database, {
    environmentId: developmentId,
    featureId: overrideId,
    segmentId,
    enabled: true,
    value: `new segment ${number}`,
  });
  await stay(number);
  await deleteSegment(database, segmentId);
};

const featureWithOptions: Series = async (database, { projectId }, number) => {
  const featureId = await createFeature(database, {
    projectId,
    name: `${PAIR_PREFIX}${number}`,
    enabled: true,
    value: "neither",
  });
  for (const value of PAIR_VALUES) await createOption(database, { featureId, value, percentage: 30 });
  await stay(number);
  await deleteFeature(database, featureId);
};

/** Those of Flagsmith's own series that would show if their steps were published one by one. */
export const SERIES: readonly Series[] = [segmentOverride, identityOverride, newSegment, featureWithOptions];
