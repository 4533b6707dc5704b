import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { setFlagValue } from "../../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { createFlagsmithTables } from "../../../src/demo/tables/flagsmith-tables.ts";
import { openDatabase } from "../../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { describeWithInstalledPostgres, startInstalledPostgres } from "../../support/installed-postgres.ts";
import { eventually, follow, startTestServer } from "../harness.ts";
import { alwaysHadFlags } from "./place.ts";

const FLAG = { flag: "banner_text", environmentKey: DEMO_KEYS.development };

describeWithInstalledPostgres("a backup is restored under a running server", (programs) => {
  it("pg_restore --clean, statement by statement: no environment loses its flags, and then all is as in the backup", async () => {
    const cluster = await startInstalledPostgres(programs);
    const folder = await mkdtemp(join(tmpdir(), "flagd-backup-"));
    const url = cluster.databaseUrl("postgres");
    const database = openDatabase({ connectionString: url, applicationName: "test" });
    try {
      await createFlagsmithTables(database);
      const sample = await createSampleProject(database);
      await migrateUp(database);
      await chooseForProject(database, sample.projectId, { enabled: true });
      await setFlagValue(database, FLAG, "as backed up");
      const backup = join(folder, "backup");
      await cluster.run("pg_dump", ["-Fc", "-f", backup, url]);

      const server = await startTestServer(url, { RECONCILE_SECONDS: "1" });
      const stream = follow(server.address, DEMO_KEYS.development);
      const shows = (value: string) =>
        stream.until(({ flags }) => flags.banner_text?.variants.control === value, from);
      let from = 0;
      await shows("as backed up");
      await setFlagValue(database, FLAG, "lost by the restore");
      await shows("lost by the restore");

      from = stream.arrivals.length;
      await cluster.run("pg_restore", ["--clean", "--if-exists", "--exit-on-error", "-d", url, backup]);
      await shows("as backed up");
      await eventually(async () => {
        const answer = await fetch(`http://127.0.0.1:${server.managementPort}/readyz`);
        return "schemaProblems" in ((await answer.json()) as object) ? undefined : true;
      });
      await setFlagValue(database, FLAG, "after the restore");
      await shows("after the restore");
      expect(alwaysHadFlags(stream)).toBe(true);
      const shown = stream.arrivals.map(({ document }) => document.flags.banner_text?.variants.control);
      expect(shown).toEqual(["as backed up", "lost by the restore", "as backed up", "after the restore"]);
      stream.close();
      await server.stop();
    } finally {
      await database.close();
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
