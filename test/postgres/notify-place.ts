import { liveState } from "../../src/demo/writer/live-state.ts";
import { createFeature } from "../../src/demo/writer/write-features.ts";
import { createEnvironment, createOrganisation, createProject } from "../../src/demo/writer/write-places.ts";
import { createSegment } from "../../src/demo/writer/write-segments.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type NoticeRecorder, recordNotices } from "../support/notices.ts";

/** The rule tree that Flagsmith's UI makes for `plan` EQUAL `gold`. */
export const GOLD_RULES = [
  {
    type: "ALL",
    rules: [{ type: "ANY", conditions: [{ operator: "EQUAL", property: "plan", value: "gold" }] }],
  },
] as const;

/** A project with two environments, one feature and one segment that is no longer young, listened to. */
export interface NotifyPlace {
  readonly test: TestDatabase;
  readonly recorder: NoticeRecorder;
  readonly organisationId: number;
  readonly projectId: number;
  readonly environmentId: number;
  readonly otherId: number;
  readonly featureId: number;
  readonly stateId: number;
  readonly segmentId: number;
  close(): Promise<void>;
}

/** Sets the place up; the caller closes it. */
export async function openNotifyPlace(): Promise<NotifyPlace> {
  const test = await createTestDatabase();
  const { database } = test;
  const organisationId = await createOrganisation(database, "Acme");
  const projectId = await createProject(database, { organisationId, name: "Shop" });
  const environmentId = await createEnvironment(database, { projectId, name: "Development" });
  const otherId = await createEnvironment(database, { projectId, name: "Other" });
  const featureId = await createFeature(database, { projectId, name: "banner", value: "hello" });
  const segmentId = await createSegment(database, { projectId, name: "gold", rules: GOLD_RULES });
  await database.query("UPDATE segments_segment SET created_at = now() - interval '1 minute' WHERE id = $1", [
    segmentId,
  ]);
  const stateId = (await liveState(database, { environmentId, featureId })) ?? 0;
  await migrateUp(database);
  const recorder = await recordNotices(test.url, database);
  return {
    test,
    recorder,
    organisationId,
    projectId,
    environmentId,
    otherId,
    featureId,
    stateId,
    segmentId,
    async close() {
      await recorder.close();
      await test.drop();
    },
  };
}

/** A notification that names nothing; tests add what theirs names. */
export const NOTHING_NAMED = { environments: null, projects: null, features: null, segments: null } as const;
