import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setStateEnabled } from "../../src/demo/writer/write-states.ts";
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
    await test.database.query(
      `INSERT INTO features_feature (name, created_date, project_id, default_enabled, type, is_archived, uuid, is_server_key_only)
       SELECT 'bulk' || n, now(), $1, false, 'STANDARD', false, gen_random_uuid(), false FROM generate_series(1, 3000) n`,
      [place.projectId],
    );
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
});
