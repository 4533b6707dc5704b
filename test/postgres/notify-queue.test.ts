import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/demo/cluster/embedded-postgres.ts";
import { createFlagsmithTables } from "../../src/demo/tables/flagsmith-tables.ts";
import { type Database, openDatabase } from "../../src/postgres/connection/database.ts";
import { migrateUp, migrationStatus } from "../../src/postgres/set-up/migrate.ts";

const LONG = "x".repeat(7_900);

describe("a full queue of notifications", () => {
  let cluster: EmbeddedPostgres;
  let database: Database;
  let sleeper: Database;
  beforeAll(async () => {
    cluster = await startEmbeddedPostgres();
    database = openDatabase({ connectionString: cluster.url, applicationName: "test" });
    await database.execute("ALTER SYSTEM SET max_notify_queue_pages = 64");
    await database.close();
    await cluster.halt();
    await cluster.resume();
    database = openDatabase({ connectionString: cluster.url, applicationName: "test" });
    sleeper = openDatabase({ connectionString: cluster.url, applicationName: "sleeper", maxConnections: 1 });
    await createFlagsmithTables(database);
    await migrateUp(database);
    await database.execute(
      'INSERT INTO organisations_organisation SELECT (json_populate_record(NULL::organisations_organisation, \'{"id":1,"name":"Acme","has_requested_features":false,"created_date":"2026-01-01","alerted_over_plan_limit":false,"stop_serving_flags":false,"persist_trait_data":true,"block_access_to_admin":false,"feature_analytics":false,"restrict_project_create_to_admin":false,"uuid":"6f1c2a34-0000-4000-8000-000000000001","force_2fa":false}\')).*',
    );
  });
  afterAll(async () => {
    await database.close();
    await sleeper.close();
    await cluster.stop();
  });

  it("fails the COMMIT of whoever notifies, but not Flagsmith's: our triggers fall silent in time, and say so", async () => {
    // listens, and then sleeps in a transaction: the queue cannot be emptied
    await sleeper.execute("LISTEN anything");
    await sleeper.execute("BEGIN");
    await sleeper.query("SELECT txid_current()");
    let filled = 0;
    const fill = async (): Promise<void> => {
      for (; ; filled += 1) await database.query("SELECT pg_notify('another', $1)", [LONG + filled]);
    };
    await expect(fill()).rejects.toThrow(/too many notifications/);
    expect(filled).toBeGreaterThan(30);

    await database.execute(
      "UPDATE organisations_organisation SET name = 'Acme Ltd', stop_serving_flags = true",
    );
    await database.execute("TRUNCATE features_feature_tags");
    const { problems } = await migrationStatus(database);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the queue of notifications is \d+ % full: a connection that listens sleeps/),
    ]);

    await sleeper.execute("COMMIT");
    await sleeper.execute("UNLISTEN *");
    expect((await migrationStatus(database)).problems).toEqual([]);
  });
});
