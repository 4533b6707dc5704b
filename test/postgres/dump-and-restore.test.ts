import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toggleFlag } from "../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../src/demo/sample/sample-project.ts";
import { createFlagsmithTables } from "../../src/demo/tables/flagsmith-tables.ts";
import { type Database, openDatabase } from "../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp, migrationStatus, requireMigrated } from "../../src/postgres/set-up/migrate.ts";
import {
  describeWithInstalledPostgres,
  type InstalledPostgres,
  startInstalledPostgres,
} from "../support/installed-postgres.ts";
import { recordNotices } from "../support/notices.ts";

const FLAG = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

describeWithInstalledPostgres("pg_dump and restore with our set-up", (programs) => {
  let cluster: InstalledPostgres;
  let source: Database;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flagd-dump-"));
    cluster = await startInstalledPostgres(programs);
    const admin = openDatabase({
      connectionString: cluster.databaseUrl("postgres"),
      applicationName: "test",
    });
    for (const name of ["flagsmith", "plain", "custom", "rows", "elsewhere"])
      await admin.execute(`CREATE DATABASE ${name}`);
    await admin.close();
    source = openDatabase({ connectionString: cluster.databaseUrl("flagsmith"), applicationName: "test" });
    await createFlagsmithTables(source);
    const sample = await createSampleProject(source);
    await migrateUp(source);
    await chooseForProject(source, sample.projectId, { enabled: true });
  });
  afterAll(async () => {
    await source?.close();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The set-up is there, whole, needs no repair, and announces. */
  const expectWhole = async (name: string): Promise<void> => {
    const url = cluster.databaseUrl(name);
    const database = openDatabase({ connectionString: url, applicationName: "test" });
    const recorder = await recordNotices(url, database);
    try {
      const status = await migrationStatus(database);
      expect(status.problems).toEqual([]);
      expect(status.triggers).toHaveLength(19 * 4 + 1);
      await requireMigrated(database);
      expect(await migrateUp(database)).toEqual({ applied: [], repaired: false, triggersCreated: 0 });
      expect(await recorder.during(() => toggleFlag(database, FLAG))).toMatchObject([{ kind: "now" }]);
      expect(await database.query("SELECT enabled FROM flagd_sync.project_settings")).toEqual([
        { enabled: true },
      ]);
    } finally {
      await recorder.close();
      await database.close();
    }
  };

  it("as a script through psql", async () => {
    const script = await cluster.run("pg_dump", [cluster.databaseUrl("flagsmith")]);
    await cluster.run("psql", ["-v", "ON_ERROR_STOP=1", "-q", cluster.databaseUrl("plain")], script);
    await expectWhole("plain");
  });

  it("as an archive, by two jobs, as pg_upgrade and hosted services move databases", async () => {
    const file = join(folder, "archive");
    await cluster.run("pg_dump", ["-Fd", "-f", file, cluster.databaseUrl("flagsmith")]);
    await cluster.run("pg_restore", [
      "-j",
      "2",
      "--exit-on-error",
      "-d",
      cluster.databaseUrl("custom"),
      file,
    ]);
    await cluster.run("pg_restore", [
      "--clean",
      "--if-exists",
      "--exit-on-error",
      "-d",
      cluster.databaseUrl("custom"),
      file,
    ]);
    await expectWhole("custom");
  });

  it("rows alone, into tables that have our triggers", async () => {
    const schema = await cluster.run("pg_dump", ["--schema-only", cluster.databaseUrl("flagsmith")]);
    const rows = await cluster.run("pg_dump", [
      "--data-only",
      "--disable-triggers",
      cluster.databaseUrl("flagsmith"),
    ]);
    const url = cluster.databaseUrl("rows");
    await cluster.run("psql", ["-v", "ON_ERROR_STOP=1", "-q", url], schema);
    await cluster.run("psql", ["-v", "ON_ERROR_STOP=1", "-q", url], rows);
    await expectWhole("rows");
  });

  it("Flagsmith's tables alone: our triggers are missing and nothing else is broken", async () => {
    const url = cluster.databaseUrl("elsewhere");
    const script = await cluster.run("pg_dump", [
      "--exclude-schema=flagd_sync",
      cluster.databaseUrl("flagsmith"),
    ]);
    await cluster.run("psql", ["-q", url], script);
    const database = openDatabase({ connectionString: url, applicationName: "test" });
    try {
      await toggleFlag(database, FLAG);
      await expect(requireMigrated(database)).rejects.toMatchObject({ code: "SCHEMA_MISSING" });
      expect(await migrateUp(database)).toMatchObject({ triggersCreated: 19 * 4 + 1 });
      expect((await migrationStatus(database)).problems).toEqual([]);
    } finally {
      await database.close();
    }
  });
});
