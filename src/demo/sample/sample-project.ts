import type { Database } from "../../postgres/connection/database.ts";
import { liveState } from "../writer/live-state.ts";
import { enableV2Versioning } from "../writer/switch-versioning.ts";
import { createFeature, createTag } from "../writer/write-features.ts";
import { createServerKey } from "../writer/write-keys.ts";
import { createOption } from "../writer/write-options.ts";
import { createIdentityOverride, createSegmentOverride } from "../writer/write-overrides.ts";
import { createUser } from "../writer/write-people.ts";
import { createEnvironment, createOrganisation, createProject } from "../writer/write-places.ts";
import { createSegment } from "../writer/write-segments.ts";
import { scheduleState } from "../writer/write-states.ts";
import { publishVersion } from "../writer/write-versions.ts";
import { SAMPLE_FEATURES, type SampleFeature } from "./sample-features.ts";
import { SAMPLE_SEGMENTS, type SampleSegment, type SampleSegmentName } from "./sample-segments.ts";

/** The demo's fixed keys, printed at its start: the same on every machine, so that examples can be copied. */
export const DEMO_KEYS = {
  development: "ser.demo-development-key",
  production: "ser.demo-production-key",
  /** For the admin REST, `Authorization: Token …`: forty hex digits, as Flagsmith's tokens are. */
  adminToken: "0123456789abcdef0123456789abcdef01234567",
} as const;

/** Where the sample lies in the database. */
export interface SampleProject {
  readonly organisationId: number;
  readonly projectId: number;
  readonly developmentId: number;
  readonly productionId: number;
  readonly featureIds: ReadonlyMap<string, number>;
  readonly segmentIds: ReadonlyMap<string, number>;
}

/** When the scheduled change of the sample goes live, unless told otherwise: five minutes. */
const SCHEDULED_IN_MS = 5 * 60_000;

const TAGS = ["checkout", "catalogue", "operations"] as const;

interface Placed {
  readonly projectId: number;
  readonly environmentIds: readonly number[];
  readonly segmentIds: ReadonlyMap<string, number>;
  readonly tagIds: ReadonlyMap<string, number>;
}

async function createSegments(database: Database, projectId: number): Promise<ReadonlyMap<string, number>> {
  const ids = new Map<string, number>();
  for (const [name, segment] of Object.entries<SampleSegment>(SAMPLE_SEGMENTS)) {
    ids.set(name, await createSegment(database, { projectId, name, ...segment }));
  }
  return ids;
}

function idIn(ids: ReadonlyMap<string, number>, name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`the sample project has no ${name}`);
  return id;
}

/** Writes one feature with its options and overrides, alike in all environments. Returns its id. */
async function createSampleFeature(
  database: Database,
  name: string,
  feature: SampleFeature,
  placed: Placed,
): Promise<number> {
  const featureId = await createFeature(database, {
    projectId: placed.projectId,
    name,
    enabled: feature.enabled,
    description: feature.description,
    ...(feature.value === undefined ? {} : { value: feature.value }),
    ...(feature.tag === undefined ? {} : { tagIds: [idIn(placed.tagIds, feature.tag)] }),
  });
  const optionIds = new Map<string, number>();
  for (const option of feature.options ?? []) {
    optionIds.set(option.key, await createOption(database, { featureId, ...option }));
  }
  const weightsOf = (weights: Readonly<Record<string, number>> = {}): ReadonlyMap<number, number> =>
    new Map(Object.entries(weights).map(([key, percentage]) => [idIn(optionIds, key), percentage]));
  for (const environmentId of placed.environmentIds) {
    for (const { segment, weights, ...content } of feature.segments ?? []) {
      const segmentId = idIn(placed.segmentIds, segment satisfies SampleSegmentName);
      const place = { environmentId, featureId, segmentId };
      await createSegmentOverride(database, { ...place, ...content, weights: weightsOf(weights) });
    }
    for (const { weights, ...content } of feature.identities ?? []) {
      const place = { environmentId, featureId };
      await createIdentityOverride(database, { ...place, ...content, weights: weightsOf(weights) });
    }
  }
  return featureId;
}

/** Gives Production versions of its own, and schedules what comes later in both environments. */
async function finishFeature(
  database: Database,
  feature: SampleFeature,
  place: { readonly featureId: number; readonly developmentId: number; readonly productionId: number },
  scheduledInMs: number,
): Promise<void> {
  const { featureId, developmentId, productionId } = place;
  const inProduction = { featureId, environmentId: productionId };
  if (feature.production !== undefined) {
    await publishVersion(database, { ...inProduction, default: feature.production });
  }
  if (feature.later === undefined) return;
  await publishVersion(database, { ...inProduction, default: feature.later }, scheduledInMs);
  const stateId = await liveState(database, { featureId, environmentId: developmentId });
  if (stateId === undefined) return;
  await scheduleState(database, { stateId, delayMs: scheduledInMs, ...feature.later });
}

/**
 * A small web shop in which every part of the translation can be seen: `Development` under v1 versioning, `Production`
 * under v2, each with its fixed key. Expects Flagsmith's tables, empty or not.
 */
export async function createSampleProject(
  database: Database,
  options: { readonly scheduledInMs?: number } = {},
): Promise<SampleProject> {
  const organisationId = await createOrganisation(database, "Demo company");
  const projectId = await createProject(database, { organisationId, name: "Demo shop" });
  const { adminToken: token } = DEMO_KEYS;
  await createUser(database, { email: "demo@example.com", organisationId, role: "ADMIN", token });
  const developmentId = await createEnvironment(database, { projectId, name: "Development" });
  const productionId = await createEnvironment(database, { projectId, name: "Production" });
  for (const [environmentId, key] of [
    [developmentId, DEMO_KEYS.development],
    [productionId, DEMO_KEYS.production],
  ] as const) {
    await createServerKey(database, { environmentId, name: "demo", key });
  }
  const tagIds = new Map<string, number>();
  for (const label of TAGS) tagIds.set(label, await createTag(database, { projectId, label }));
  const segmentIds = await createSegments(database, projectId);
  const placed = { projectId, environmentIds: [developmentId, productionId], segmentIds, tagIds };
  const featureIds = new Map<string, number>();
  for (const [name, feature] of Object.entries(SAMPLE_FEATURES)) {
    featureIds.set(name, await createSampleFeature(database, name, feature, placed));
  }
  await enableV2Versioning(database, productionId);
  for (const [name, feature] of Object.entries(SAMPLE_FEATURES)) {
    const place = { featureId: idIn(featureIds, name), developmentId, productionId };
    await finishFeature(database, feature, place, options.scheduledInMs ?? SCHEDULED_IN_MS);
  }
  return { organisationId, projectId, developmentId, productionId, featureIds, segmentIds };
}
