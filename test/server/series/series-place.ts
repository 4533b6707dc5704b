import { toggleFlag } from "../../../src/demo/change-flag.ts";
import {
  createSampleProject,
  DEMO_KEYS,
  type SampleProject,
} from "../../../src/demo/sample/sample-project.ts";
import type { Database } from "../../../src/postgres/connection/database.ts";
import { chooseForProject } from "../../../src/postgres/own-tables/project-settings.ts";
import { migrateUp } from "../../../src/postgres/set-up/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { startTestServer } from "../harness.ts";
import { paced } from "./paced.ts";
import { type SeenFlags, watchFlags } from "./seen-flags.ts";
import { presentFlags, WholeStates } from "./whole-states.ts";

/** The sample project, served; a feature that others switch on and off all the time. */
export interface SeriesPlace {
  readonly test: TestDatabase;
  readonly sample: SampleProject;
  readonly address: string;
  readonly log: readonly { readonly message: string }[];
  /** Runs a series at this pace beside unrelated toggles, and tells what was seen and may not be. */
  replay(series: Series): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A change as Flagsmith makes it, transaction by transaction. */
export interface Series {
  readonly environment: "development" | "production";
  readonly pausesMs: readonly number[];
  /** Each of its transactions is a whole change of its own. */
  readonly everyStep?: boolean;
  readonly run: (database: Database) => Promise<unknown>;
  /** Called after each of its transactions, before the pause. */
  readonly onTransaction?: (count: number) => Promise<void>;
  /** Absent: unrelated toggles go on beside it. */
  readonly alone?: true;
}

const TOGGLED = "maintenance_mode";

/** Far more than the pauses, also on a machine that is busy with other things. */
export const SETTLE = { SETTLE_MS: "400", SETTLE_MAX_MS: "60000" };

/** A database with the sample project, ready to be served. */
export async function createServedSample(): Promise<{
  readonly test: TestDatabase;
  readonly sample: SampleProject;
}> {
  const test = await createTestDatabase();
  const sample = await createSampleProject(test.database);
  await migrateUp(test.database);
  await chooseForProject(test.database, sample.projectId, { enabled: true });
  return { test, sample };
}

/** Opens a database with the sample project and a server on it; `options` may ask for others than the usual. */
export async function openSeriesPlace(
  options: (databaseUrl: string) => Promise<Readonly<Record<string, string>>> = async () => ({}),
): Promise<SeriesPlace> {
  const { test, sample } = await createServedSample();
  const server = await startTestServer(test.url, { ...SETTLE, ...(await options(test.url)) });
  const { database } = test;
  const toggledId = sample.featureIds.get(TOGGLED) ?? 0;

  /** Toggles until told to stop, at least once before and once after. */
  const toggling = (
    environment: Series["environment"],
    states: WholeStates,
    id: number,
  ): (() => Promise<void>) => {
    let stopped = false;
    const loop = async (): Promise<void> => {
      for (let last = false; !last; ) {
        last = stopped;
        await toggleFlag(database, { flag: TOGGLED, environmentKey: DEMO_KEYS[environment] });
        states.note(await presentFlags(database, id), [toggledId]);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const running = loop();
    return async () => {
      stopped = true;
      await running;
    };
  };

  return {
    test,
    sample,
    address: server.address,
    log: server.log,
    async replay({ environment, pausesMs, everyStep = false, run, onTransaction, alone = false }) {
      const id = sample[`${environment}Id`];
      const before = await presentFlags(database, id);
      const preparation = watchFlags(server.address, DEMO_KEYS[environment]);
      await preparation.shows(before);
      await preparation.close();
      const states = new WholeStates(before);
      const seen: SeenFlags = watchFlags(server.address, DEMO_KEYS[environment]);
      const stopToggling = alone ? undefined : toggling(environment, states, id);
      const note = async (): Promise<void> => states.note(await presentFlags(database, id));
      let count = 0;
      const between = async (): Promise<void> => {
        count += 1;
        if (everyStep) await note();
        await onTransaction?.(count);
      };
      await run(paced(database, { pausesMs, onTransaction: between }));
      await stopToggling?.();
      await note();
      await seen.shows(await presentFlags(database, id));
      await seen.close();
      return states.faults(seen);
    },
    async close() {
      await server.stop();
      await test.drop();
    },
  };
}
