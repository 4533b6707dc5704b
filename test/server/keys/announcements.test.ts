import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setOrganisationStopped } from "../../../src/demo/writer/change-places.ts";
import { createOrganisation } from "../../../src/demo/writer/write-places.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createMasterKey } from "../../support/master-key.ts";
import { type NoticeRecorder, recordNotices } from "../../support/notices.ts";

describe("what a write of a master API key announces", () => {
  let test: TestDatabase;
  let recorder: NoticeRecorder;
  let organisationId: number;
  beforeAll(async () => {
    test = await createTestDatabase();
    organisationId = await createOrganisation(test.database, "Without a project");
    await migrateUp(test.database);
    recorder = await recordNotices(test.url, test.database);
  });
  afterAll(async () => {
    await recorder.close();
    await test.drop();
  });

  const directory = [{ kind: "directory", environments: [], projects: null, features: null, segments: null }];
  const during = (sql: string) => recorder.during(() => test.database.query(sql));

  it("a new one, a revocation, an expiry, a removal: the directory", async () => {
    expect(await recorder.during(() => createMasterKey(test.database, organisationId))).toEqual(directory);
    for (const set of ["revoked = true", "expiry_date = now()", "deleted_at = now()", "is_admin = false"]) {
      expect(await during(`UPDATE api_keys_masterapikey SET ${set}`)).toEqual(directory);
    }
    expect(await during("DELETE FROM api_keys_masterapikey")).toEqual(directory);
  });

  it("another name, and a write of no row: nothing", async () => {
    await recorder.during(() => createMasterKey(test.database, organisationId));
    expect(await during("UPDATE api_keys_masterapikey SET name = 'other', created = now()")).toEqual([]);
    expect(await during("UPDATE api_keys_masterapikey SET revoked = true WHERE false")).toEqual([]);
    expect(await during("DELETE FROM api_keys_masterapikey WHERE false")).toEqual([]);
  });

  it("the stop of an organisation without a project: the directory", async () => {
    const [notice] = await recorder.during(() => setOrganisationStopped(test.database, organisationId, true));
    expect(notice).toMatchObject({ kind: "directory", projects: [] });
    expect(await recorder.during(() => setOrganisationStopped(test.database, organisationId, true))).toEqual(
      [],
    );
  });
});
