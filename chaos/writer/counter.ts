import { isVersioned, liveState } from "../../src/demo/writer/live-state.ts";
import { memberOf } from "../../src/demo/writer/read-rows.ts";
import { setStateValue } from "../../src/demo/writer/write-states.ts";
import { publishVersion } from "../../src/demo/writer/write-versions.ts";
import type { Database } from "../../src/postgres/connection/database.ts";

/** A number in an environment that only grows. */
export interface CounterPlace {
  readonly environmentId: number;
  readonly featureId: number;
}

/** What the database says. */
async function readCounter(database: Database, place: CounterPlace): Promise<number> {
  const stateId = await liveState(database, place);
  const [row] = await database.query(
    "SELECT integer_value FROM features_featurestatevalue WHERE feature_state_id = $1",
    [stateId ?? null],
  );
  const value = memberOf(row, "integer_value");
  if (typeof value !== "number") throw new Error("the counter has no live value");
  return value;
}

/** Raises the number by one, with the statements of the environment's kind of versioning. Returns the new one. */
export async function raiseCounter(database: Database, place: CounterPlace): Promise<number> {
  const next = (await readCounter(database, place)) + 1;
  if (await isVersioned(database, place.environmentId)) {
    await publishVersion(database, { ...place, default: { value: next } });
  } else {
    const stateId = await liveState(database, place);
    if (stateId === undefined) throw new Error("the counter has no live state");
    await setStateValue(database, stateId, next);
  }
  return next;
}
