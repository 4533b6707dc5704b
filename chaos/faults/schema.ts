import { pause } from "../../bench/measure.ts";
import { memberOf } from "../../src/demo/writer/read-rows.ts";
import type { Database } from "../../src/postgres/connection/database.ts";
import { migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { complaint, type Fault, over } from "../fault.ts";
import { everybodyHolds } from "./looks.ts";

/** One statement each: all in one transaction would lock every table at once, against whoever writes. */
async function dropTriggers(admin: Database): Promise<number> {
  const rows = await admin.query(
    `SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) AS statement FROM pg_trigger
     WHERE tgname LIKE 'flagd\\_sync\\_%'`,
  );
  for (const row of rows) await admin.execute(String(memberOf(row, "statement")));
  return rows.length;
}

/** What an upgrade of Flagsmith may do. */
export const SCHEMA_FAULTS: readonly Fault[] = [
  {
    name: "triggers-dropped",
    title: "all triggers dropped for 5 s, then `migrate up`",
    writes: "single",
    recoverWithinMs: 8_000,
    async run(world) {
      const { admin } = world.database;
      const dropped = await dropTriggers(admin);
      await pause(world.holdMs(5_000));
      await world.writer.pause();
      const found = await everybodyHolds(world, 5_000);
      await migrateUp(admin);
      const injection = over(dropped, complaint(found, "the periodic comparison did not find the changes"));
      await world.writer.once();
      return injection;
    },
  },
  {
    name: "column-renamed",
    title: "a column that is read renamed for 4 s",
    writes: "single",
    recoverWithinMs: 8_000,
    async run(world) {
      const { admin } = world.database;
      await pause(300);
      await admin.execute("ALTER TABLE features_featuresegment RENAME COLUMN priority TO priority_of_old");
      await pause(world.holdMs(4_000));
      await world.writer.pause();
      await admin.execute("ALTER TABLE features_featuresegment RENAME COLUMN priority_of_old TO priority");
      return over(1);
    },
  },
];
