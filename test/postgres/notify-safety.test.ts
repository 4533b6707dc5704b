import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setStateEnabled } from "../../src/demo/writer/write-states.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import type { TestDatabase } from "../support/database.ts";
import type { NoticeRecorder } from "../support/notices.ts";
import { NOTHING_NAMED, type NotifyPlace, openNotifyPlace } from "./notify-place.ts";

describe("triggers under odd circumstances (design decision 9)", () => {
  let place: NotifyPlace;
  let test: TestDatabase;
  let recorder: NoticeRecorder;
  beforeAll(async () => {
    place = await openNotifyPlace();
    ({ test, recorder } = place);
  });
  afterAll(() => place.close());

  const nothing = NOTHING_NAMED;

  it("many rows in one statement: one notification, without ids if they are too many", async () => {
    const seen = await recorder.during(() =>
      test.database.query(
        "UPDATE features_featurestate SET enabled = NOT enabled WHERE environment_id = $1",
        [place.environmentId],
      ),
    );
    expect(seen).toHaveLength(1);
    const insert = () =>
      test.database.query(
        `INSERT INTO features_feature (name, created_date, project_id, default_enabled, type, is_archived, uuid, is_server_key_only)
       SELECT 'bulk' || n, now(), $1, false, 'STANDARD', false, gen_random_uuid(), false FROM generate_series(1, 3000) n`,
        [place.projectId],
      );
    await recorder.during(insert);
    const bulk = await recorder.during(() =>
      test.database.query("UPDATE features_feature SET description = 'x'"),
    );
    expect(bulk).toEqual([{ ...nothing, kind: "everything" }]);
  });

  it("TRUNCATE: everything", async () => {
    const seen = await recorder.during(() => test.database.execute("TRUNCATE features_feature_tags"));
    expect(seen).toEqual([{ ...nothing, kind: "everything" }]);
  });

  it("never makes Flagsmith's statement fail: a broken trigger says everything", async () => {
    await test.database.execute("ALTER TABLE features_featurestate RENAME COLUMN version TO version_renamed");
    const seen = await recorder.during(() => setStateEnabled(test.database, place.stateId, false));
    await test.database.execute("ALTER TABLE features_featurestate RENAME COLUMN version_renamed TO version");
    expect(seen).toEqual([{ ...nothing, kind: "everything" }]);
    const [row] = await test.database.query("SELECT enabled FROM features_featurestate WHERE id = $1", [
      place.stateId,
    ]);
    expect(row).toEqual({ enabled: false });
  });

  it("needs no rights of the role that writes", async () => {
    await test.database.execute(
      "CREATE ROLE flagsmith_app; GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO flagsmith_app",
    );
    try {
      const seen = await recorder.during(() =>
        test.database.write(async (transaction) => {
          await transaction.execute("SET LOCAL ROLE flagsmith_app");
          await transaction.query("UPDATE features_featurestate SET enabled = true WHERE id = $1", [
            place.stateId,
          ]);
        }),
      );
      expect(seen).toEqual([
        { ...nothing, kind: "now", environments: [place.environmentId], features: [place.featureId] },
      ]);
    } finally {
      await test.database.execute("DROP OWNED BY flagsmith_app; DROP ROLE flagsmith_app");
    }
  });

  const toggle = () =>
    test.database.query("UPDATE features_featurestate SET enabled = NOT enabled WHERE id = $1", [
      place.stateId,
    ]);
  const expectNamed = (seen: readonly unknown[]): void => {
    const { environmentId, featureId } = place;
    expect(seen).toEqual([{ ...nothing, kind: "now", environments: [environmentId], features: [featureId] }]);
  };

  const HALF_DROPPED = [
    "announce(text, integer[], integer[], integer[], integer[])",
    "announce_everything()",
    "send(text)",
  ];
  it("never makes it fail where functions of ours are missing, one after the other; `migrate up` brings them back", async () => {
    for (const name of HALF_DROPPED) {
      await test.database.execute(`DROP FUNCTION flagd_sync.${name}`);
      const seen = await recorder.during(toggle);
      expect(seen.length).toBeLessThanOrEqual(1);
    }
    await recorder.during(() => test.database.execute("TRUNCATE features_feature_tags"));
    expect(await migrateUp(test.database)).toEqual({ applied: [], repaired: true, triggersCreated: 0 });
    expectNamed(await recorder.during(toggle));
  });

  it("works for a session that looks for tables elsewhere", async () => {
    const seen = await recorder.during(() =>
      test.database.write(async (transaction) => {
        await transaction.execute("SET LOCAL search_path = ''");
        await transaction.query(
          "UPDATE public.features_featurestate SET enabled = NOT enabled WHERE id = $1",
          [place.stateId],
        );
      }),
    );
    expectNamed(seen);
  });

  it("is silent, and does not fail, for a session that applies a replica's changes", async () => {
    const seen = await recorder.during(() =>
      test.database.write(async (transaction) => {
        await transaction.execute("SET LOCAL session_replication_role = replica");
        await transaction.execute("UPDATE features_featurestate SET enabled = NOT enabled");
      }),
    );
    expect(seen).toEqual([]);
  });

  it("takes rows that come by COPY", async () => {
    const { projectId } = place;
    const row = `${projectId},copied,2026-01-01,false,STANDARD,false,6f1c2a34-0000-4000-8000-000000000001,false`;
    const seen = await recorder.during(() =>
      test.database.execute(
        `COPY features_feature (project_id, name, created_date, default_enabled, type, is_archived, uuid, is_server_key_only)
           FROM PROGRAM 'echo ${row}' WITH (FORMAT csv)`,
      ),
    );
    expect(seen).toMatchObject([{ kind: "series", projects: [projectId] }]);
  });

  it("does not fail where the owner of our functions may see nothing and say nothing", async () => {
    await test.database.execute(
      `CREATE ROLE flagd_sync_owner; GRANT USAGE ON SCHEMA flagd_sync TO flagd_sync_owner;
       ALTER TABLE feature_versioning_environmentfeatureversion ENABLE ROW LEVEL SECURITY;
       ALTER TABLE feature_versioning_environmentfeatureversion FORCE ROW LEVEL SECURITY;
       ALTER FUNCTION flagd_sync.on_feature_state() OWNER TO flagd_sync_owner`,
    );
    try {
      expect(await recorder.during(toggle)).toEqual([{ ...nothing, kind: "everything" }]);
      await test.database.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO flagd_sync_owner");
      expectNamed(await recorder.during(toggle));
      await test.database.execute("REVOKE EXECUTE ON FUNCTION pg_notify FROM PUBLIC");
      expect(await recorder.during(toggle)).toEqual([]);
    } finally {
      await test.database.execute(
        `GRANT EXECUTE ON FUNCTION pg_notify TO PUBLIC;
         ALTER FUNCTION flagd_sync.on_feature_state() OWNER TO CURRENT_USER;
         ALTER TABLE feature_versioning_environmentfeatureversion DISABLE ROW LEVEL SECURITY;
         DROP OWNED BY flagd_sync_owner; DROP ROLE flagd_sync_owner`,
      );
    }
    expectNamed(await recorder.during(toggle));
  });
});
