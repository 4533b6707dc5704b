import { afterEach, beforeEach, expect, it } from "vitest";
import { toggleFlag } from "../../../src/demo/change-flag.ts";
import { createSampleProject, DEMO_KEYS } from "../../../src/demo/sample/sample-project.ts";
import { memberOf } from "../../../src/demo/writer/read-rows.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { startTcpProxy, type TcpProxy, targetOf, throughProxy } from "../../support/tcp-proxy.ts";
import { eventually, follow, type SeenDocument, startTestServer } from "../harness.ts";

/** The last time that the server asked which columns there are; `pg_stat_activity` remembers the first KB of a connection's last query. */
const LAST_LOOK = `SELECT max(query_start)::text AS at FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'flagsmith-flagd' AND query LIKE '%pg_notification_queue_usage%'`;
/** Each way: what follows the look at the columns comes so much later. */
const DELAY_MS = 200;
const LIMIT_MS = 60_000;
const PLACE = { flag: "maintenance_mode", environmentKey: DEMO_KEYS.development };

let test: TestDatabase;
let proxy: TcpProxy;

beforeEach(async () => {
  test = await createTestDatabase();
  const { projectId } = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, projectId, { enabled: true });
  proxy = await startTcpProxy({ target: targetOf(test.url) });
});
afterEach(async () => {
  await proxy.close();
  await test.drop();
});

async function lastLook(): Promise<unknown> {
  const [row] = await test.database.query(LAST_LOOK);
  return memberOf(row, "at");
}

it("a column that goes between a comparison's look at the columns and its readings is missed no longer than it is away", {
  timeout: LIMIT_MS,
}, async () => {
  const env = { LISTEN_DATABASE_URL: test.url, RECONCILE_SECONDS: "1" };
  const server = await startTestServer(throughProxy(test.url, proxy), env);
  const stream = follow(server.address, DEMO_KEYS.development);
  try {
    await stream.until(() => true);
    proxy.delay(DELAY_MS);
    const before = await lastLook();
    await eventually(async () => ((await lastLook()) === before ? undefined : true));
    await test.database.execute("ALTER TABLE features_featuresegment RENAME priority TO once_priority");
    const missing = ({ message }: { message: string }): boolean => message.includes("priority is missing");
    await eventually(() => (server.log.some(missing) ? true : undefined));
    proxy.delay(0);
    await test.database.execute("ALTER TABLE features_featuresegment RENAME once_priority TO priority");
    await toggleFlag(test.database, PLACE);
    const isOn = ({ flags }: SeenDocument): boolean => flags.maintenance_mode?.state === "ENABLED";
    expect((await stream.until(isOn)).document.flags).toHaveProperty("maintenance_mode");
  } finally {
    stream.close();
    await server.stop();
  }
});
