import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createServerKey, deleteServerKey } from "../../../src/demo/writer/write-keys.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp, migrationStatus } from "../../../src/postgres/set-up/migrate.ts";
import { eventually, follow } from "../harness.ts";
import { type DriftPlace, openDriftPlace } from "./place.ts";

/** On a busy machine, where everything is some times slower. */
const LIMIT_MS = 120_000;

const ASK = 'SELECT pg_notify(\'flagd_sync\', \'{"v":1,"kind":"everything"}\')';

describe("what is ours is damaged under a running server", { timeout: LIMIT_MS }, () => {
  let place: DriftPlace;
  beforeEach(async () => {
    place = await openDriftPlace();
  });
  afterEach(() => place.close());

  const damages: readonly [string, string, string][] = [
    [
      "a trigger is dropped",
      "DROP TRIGGER flagd_sync_update ON features_featurestatevalue",
      "trigger flagd_sync_update on features_featurestatevalue is missing",
    ],
    [
      "a trigger is disabled",
      "ALTER TABLE features_featurestatevalue DISABLE TRIGGER flagd_sync_update",
      "trigger flagd_sync_update on features_featurestatevalue is disabled",
    ],
    [
      "a function is altered",
      "CREATE OR REPLACE FUNCTION flagd_sync.on_feature_state_value() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS 'BEGIN RETURN NULL; END'",
      "function flagd_sync.on_feature_state_value was altered",
    ],
  ];
  it.each(damages)(
    "%s: named once, changes still come within seconds, `migrate up` repairs",
    async (_, sql, problem) => {
      await place.migrate(`${sql}; ${ASK}`);
      const answer = await place.problems(problem);
      expect(answer).toMatchObject({ status: 200, ready: true });
      expect(answer).not.toHaveProperty("state");
      expect(await place.metric()).toBe(1);
      await place.pushes("found by comparing");
      expect((await migrationStatus(place.test.database)).problems.map(({ message }) => message)).toEqual([
        problem,
      ]);

      await migrateUp(place.test.database);
      await place.problems();
      expect((await migrationStatus(place.test.database)).problems).toEqual([]);
      await place.pushes("announced again");
      const warnings = place.logged("warn", problem);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/flagsmith-flagd migrate up/);
    },
  );

  it("the schema is dropped: serving goes on, changes come, it is said once; `migrate up` and `project enable` heal it", async () => {
    await place.migrate(`DROP SCHEMA flagd_sync CASCADE; ${ASK}`);
    await eventually(async () =>
      (await place.ready()).schemaProblems?.includes("table flagd_sync.project_settings is missing")
        ? true
        : undefined,
    );
    await place.pushes("without our schema");
    await place.pushes("and once more");
    expect(place.logged("warn", "the revision could not be recorded")).toHaveLength(1);
    expect(place.logged("error", "")).toHaveLength(1);

    const { developmentId: environmentId } = place.sample;
    const { id, key } = await createServerKey(place.test.database, { environmentId, name: "meanwhile" });
    const other = await eventually(async () => {
      const stream = follow(place.server.address, key);
      return await stream
        .until(() => true)
        .then(
          () => stream,
          () => undefined,
        );
    });
    await deleteServerKey(place.test.database, id);
    expect((await other.ended).code).toBe(status.UNAUTHENTICATED);

    await migrateUp(place.test.database);
    await place.problems("table flagd_sync.project_settings had rows and was emptied");
    await place.pushes("no project is enabled, and none is put off");

    await chooseForProject(place.test.database, place.sample.projectId, { enabled: true });
    await place.problems();
    await place.pushes("healed");
    await eventually(() =>
      place.logged("info", "revisions are recorded again").length === 1 ? true : undefined,
    );
  });
});
