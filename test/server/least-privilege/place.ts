import {
  createSampleProject,
  DEMO_KEYS,
  type SampleProject,
} from "../../../src/demo/sample/sample-project.ts";
import { type Database, openDatabase } from "../../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { grantServerRole, migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestRole, giveTablesTo, quotedRole, type TestRole } from "../../support/roles.ts";
import { eventually, type FollowedStream, follow, startTestServer } from "../harness.ts";

/** A database in which three roles meet: who owns Flagsmith's tables, Flagsmith itself, and the server. */
export interface RolesPlace {
  readonly test: TestDatabase;
  readonly sample: SampleProject;
  readonly server: TestRole;
  /** The server's role as SQL writes it. */
  readonly role: string;
  /** As Flagsmith connects: it may write Flagsmith's tables, and has no right on our schema. */
  readonly flagsmith: Database;
  /** As a superuser, in one transaction. */
  readonly asAdmin: (sql: string) => Promise<void>;
  drop(): Promise<void>;
}

/** Makes a {@link RolesPlace}, set up by the owner; the caller drops it. */
export async function openRolesPlace(withAdmin: boolean): Promise<RolesPlace> {
  const test = await createTestDatabase();
  const [owner, writer, server] = await Promise.all([
    createTestRole(test, "owner"),
    createTestRole(test, "flagsmith"),
    createTestRole(test, "flagd server"),
  ]);
  const sample = await createSampleProject(test.database);
  await giveTablesTo(test, owner);
  await test.database.execute(
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${quotedRole(writer.name)};
     GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${quotedRole(writer.name)}`,
  );
  const owning = openDatabase({ connectionString: owner.url, applicationName: "owner" });
  await migrateUp(owning);
  await grantServerRole(owning, { role: server.name, withAdmin });
  await chooseForProject(owning, sample.projectId, { enabled: true });
  await owning.close();
  const flagsmith = openDatabase({
    connectionString: writer.url,
    applicationName: "flagsmith",
    onIdleError: () => undefined,
  });
  return {
    test,
    sample,
    server,
    role: quotedRole(server.name),
    flagsmith,
    asAdmin: (sql) => test.database.write((transaction) => transaction.execute(sql)),
    async drop() {
      await flagsmith.close();
      for (const role of [server, writer]) await role.drop();
      await test.database.execute(`REASSIGN OWNED BY ${quotedRole(owner.name)} TO CURRENT_USER`);
      await owner.drop();
      await test.drop();
    },
  };
}

/** A server that runs under its role, and a stream that is followed from the beginning. */
export interface ServedPlace {
  readonly running: Awaited<ReturnType<typeof startTestServer>>;
  readonly stream: FollowedStream;
  logged(level: string, text: RegExp): readonly string[];
  untilLogged(level: string, text: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server as the role; the caller stops it. Reconciles rarely, so that nothing is found by chance. */
export async function serve(
  place: RolesPlace,
  env: Readonly<Record<string, string>> = {},
): Promise<ServedPlace> {
  const running = await startTestServer(place.server.url, { RECONCILE_SECONDS: "3600", ...env });
  const stream = follow(running.address, DEMO_KEYS.development);
  await stream.until(() => true);
  const logged = (level: string, text: RegExp): readonly string[] =>
    running.log.filter((line) => line.level === level && text.test(line.message)).map((line) => line.message);
  return {
    running,
    stream,
    logged,
    untilLogged: (level, text) => eventually(() => logged(level, text)[0]),
    async stop() {
      stream.close();
      await running.stop();
    },
  };
}
