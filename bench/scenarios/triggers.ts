/**
 * (h) What do our triggers cost Flagsmith's own writes?
 * No goal: Flagsmith's Python around the statement, beside which all of this is small.
 */
import { type Database, openDatabase } from "../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../src/postgres/own-tables/project-settings.ts";
import { migrateDown, migrateUp } from "../../src/postgres/set-up/migrate.ts";
import { createPlace, type Place } from "../database/place.ts";
import { LARGE } from "../database/seed.ts";
import { median } from "../measure.ts";
import type { Bench, Cell, Findings } from "../scenario.ts";

interface Write {
  readonly what: string;
  readonly clients: number;
  readonly iterations: number;
  readonly statement: (
    place: Place,
    client: number,
    iteration: number,
  ) => readonly [string, readonly unknown[]];
}

const TOGGLE = "UPDATE features_featurestate SET enabled = NOT enabled, updated_at = now() WHERE id = $1";

const WRITES: readonly Write[] = [
  {
    what: "toggle of one state",
    clients: 1,
    iterations: 3_000,
    statement: (place, _, iteration) => [TOGGLE, [place.stateId - (iteration % 500)]],
  },
  {
    what: "toggle of one state, 4 writers",
    clients: 4,
    iterations: 3_000,
    statement: (place, client, iteration) => [TOGGLE, [place.stateId - client * 200 - (iteration % 200)]],
  },
  {
    what: "update of 1,000 values in one statement",
    clients: 1,
    iterations: 100,
    statement: (place) => [
      `UPDATE features_featurestatevalue v SET string_value = md5(random()::text) FROM features_featurestate s
        WHERE s.id = v.feature_state_id AND s.environment_id = $1 AND s.feature_segment_id IS NULL AND s.identity_id IS NULL`,
      [place.environmentId],
    ],
  },
  {
    what: "a new identity (Flagsmith's hottest write; no trigger)",
    clients: 4,
    iterations: 3_000,
    statement: (place) => [
      `INSERT INTO environments_identity (identifier, created_date, environment_id, system_traits)
       VALUES (gen_random_uuid()::text, now(), $1, '{}')`,
      [place.environmentId],
    ],
  },
];

/** Mean duration of one write of one client, µs. */
async function each(place: Place, write: Write, iterations: number): Promise<number> {
  const clients: Database[] = Array.from({ length: write.clients }, () =>
    openDatabase({ connectionString: place.url, applicationName: "bench writer", maxConnections: 1 }),
  );
  const work = async (database: Database, client: number, count: number): Promise<void> => {
    for (let iteration = 0; iteration < count; iteration++) {
      await database.query(...write.statement(place, client, iteration));
    }
  };
  try {
    await place.database.execute("VACUUM");
    await Promise.all(clients.map((database, client) => work(database, client, Math.ceil(iterations / 10))));
    const began = performance.now();
    await Promise.all(clients.map((database, client) => work(database, client, iterations)));
    return ((performance.now() - began) * 1_000) / iterations;
  } finally {
    for (const database of clients) await database.close();
  }
}

async function run(bench: Bench): Promise<Findings> {
  const place = await createPlace(LARGE);
  const turns = bench.quick ? 2 : 5;
  try {
    const rows: (readonly Cell[])[] = [];
    for (const write of WRITES) {
      bench.say(write.what);
      const without: number[] = [];
      const withTriggers: number[] = [];
      for (let turn = 0; turn < turns; turn++) {
        await migrateDown(place.database);
        without.push(await each(place, write, write.iterations / turns));
        await migrateUp(place.database);
        await chooseForProject(place.database, place.projectId, { enabled: true });
        withTriggers.push(await each(place, write, write.iterations / turns));
      }
      const [before, after] = [median(without), median(withTriggers)];
      rows.push([
        write.what,
        before,
        after,
        after - before,
        `${(((after - before) / before) * 100).toFixed(0)} %`,
      ]);
    }
    return {
      tables: [{ columns: ["write", "without (µs)", "with triggers (µs)", "more (µs)", "more"], rows }],
      remarks: [
        `Medians of ${turns} turns, with and without in turn; per statement and commit as one client sees it.`,
        "Postgres with fsync off: a commit on a real disk takes longer, so the share is smaller there.",
      ],
    };
  } finally {
    await place.stop();
  }
}

/** See the top of this file. */
export const triggers = { letter: "h", title: "What the triggers cost Flagsmith's writes", run };
