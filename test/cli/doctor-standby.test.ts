import { afterAll, beforeAll, expect, it } from "vitest";
import { createFlagsmithTables } from "../../src/demo/tables/flagsmith-tables.ts";
import { openDatabase } from "../../src/postgres/connection/database.ts";
import { prepareDatabase } from "../server/database-away/place.ts";
import { eventually } from "../server/harness.ts";
import { describeWithInstalledPostgres } from "../support/installed-postgres.ts";
import { type ReplicatedPostgres, startReplicatedPostgres } from "../support/replicated-postgres.ts";
import { runCli } from "./run-cli.ts";

describeWithInstalledPostgres("doctor on a standby", (bin) => {
  let postgres: ReplicatedPostgres;
  beforeAll(async () => {
    postgres = await startReplicatedPostgres(bin);
    const primary = openDatabase({ connectionString: postgres.primary.url, applicationName: "test" });
    await createFlagsmithTables(primary);
    await prepareDatabase(primary);
    await eventually(async () => {
      const caughtUp = await primary.query(
        "SELECT 1 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_flush_lsn()",
      );
      return caughtUp.length > 0 ? true : undefined;
    });
    await primary.close();
  });
  afterAll(() => postgres.stop());

  const codes = async (env: Record<string, string>): Promise<readonly string[]> =>
    JSON.parse((await runCli(["doctor", "--json"], env)).out).findings.map(
      (one: { code: string }) => one.code,
    );

  it("finds that nobody can listen there, or with the primary to listen on that nothing can be sent", async () => {
    const DATABASE_URL = postgres.standby.url;
    const alone = await codes({ DATABASE_URL });
    expect(alone).toEqual(expect.arrayContaining(["DATABASE_STANDBY", "LISTEN_STANDBY", "PROJECT_ENABLED"]));
    const apart = await codes({ DATABASE_URL, LISTEN_DATABASE_URL: postgres.primary.url });
    expect(apart).toEqual(expect.arrayContaining(["DATABASE_STANDBY", "LISTEN_CONNECTED", "NOTIFY_UNSENT"]));
  });
});
