import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/demo/cluster/embedded-postgres.ts";
import { createFlagsmithTables } from "../../src/demo/tables/flagsmith-tables.ts";
import { createOrganisation, createProject } from "../../src/demo/writer/write-places.ts";
import { type Database, openDatabase } from "../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { type PlaceSize, seedProject } from "./seed.ts";

/** A Postgres with one seeded project, which flagsmith-flagd serves. */
export interface Place {
  readonly url: string;
  readonly database: Database;
  readonly projectId: number;
  /** Of the first environment. */
  readonly environmentId: number;
  /** The flag's own state that {@link Place.toggle} switches: one of the last of that environment, before its overrides'. */
  readonly stateId: number;
  /** The key of the environment with this number, from 1. */
  keyOf(number: number): string;
  /** Switches one flag of the first environment to its other state, with the statement that Flagsmith sends. */
  toggle(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Postgres of its own and fills it. */
export async function createPlace(size: PlaceSize): Promise<Place> {
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres();
  const database = openDatabase({
    connectionString: postgres.url,
    applicationName: "bench",
    maxConnections: 2,
  });
  try {
    await createFlagsmithTables(database);
    const organisationId = await createOrganisation(database, "Bench");
    const projectId = await createProject(database, { organisationId, name: "Bench" });
    const seeded = await seedProject(database, projectId, size);
    await migrateUp(database);
    await chooseForProject(database, projectId, { enabled: true });
    for (const statement of ["VACUUM ANALYZE", "CHECKPOINT"]) await database.execute(statement);
    return {
      url: postgres.url,
      database,
      projectId,
      ...seeded,
      keyOf: (number) => `ser.bench-${number}`,
      async toggle() {
        await database.query(
          "UPDATE features_featurestate SET enabled = NOT enabled, updated_at = now() WHERE id = $1",
          [seeded.stateId],
        );
      },
      async stop() {
        await database.close();
        await postgres.stop();
      },
    };
  } catch (thrown) {
    await database.close();
    await postgres.stop();
    throw thrown;
  }
}
