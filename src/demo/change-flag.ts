import type { Database } from "../postgres/connection/database.ts";
import { FlagsmithFlagdError } from "../support/errors.ts";
import { nearNames } from "../support/near-names.ts";
import { type FlagValue, typedValue } from "./writer/flag-value.ts";
import { isVersioned, liveState } from "./writer/live-state.ts";
import { memberOf, numberOf } from "./writer/read-rows.ts";
import { scheduleState, setStateEnabled, setStateValue } from "./writer/write-states.ts";
import { publishVersion, type StateChange } from "./writer/write-versions.ts";

/** Which flag, where: a feature's name, and a server-side (or client-side) key of the environment. */
export interface FlagPlace {
  readonly flag: string;
  readonly environmentKey: string;
}

/** What the environment's own state is after the change; `liveFrom` by the database's clock. */
export interface FlagChange {
  readonly enabled: boolean;
  readonly value: FlagValue;
  readonly liveFrom: Date;
}

interface FoundFlag {
  readonly environmentId: number;
  readonly featureId: number;
  readonly stateId: number;
  readonly versioned: boolean;
  readonly enabled: boolean;
  readonly value: FlagValue;
}

function flagValueOf(row: unknown): FlagValue {
  const type = memberOf(row, "type");
  const value = memberOf(
    row,
    type === "int" ? "integer_value" : type === "bool" ? "boolean_value" : "string_value",
  );
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

async function findFlag(database: Database, place: FlagPlace): Promise<FoundFlag> {
  const [environment] = await database.query(
    `SELECT id, project_id FROM environments_environment WHERE deleted_at IS NULL AND (api_key = $1 OR id IN
       (SELECT environment_id FROM environments_environmentapikey WHERE key = $1))`,
    [place.environmentKey],
  );
  if (environment === undefined) {
    throw new FlagsmithFlagdError("KEY_UNKNOWN", "no environment of this database has that key");
  }
  const features = await database.query(
    "SELECT id, name FROM features_feature WHERE project_id = $1 AND deleted_at IS NULL ORDER BY name",
    [memberOf(environment, "project_id")],
  );
  const feature = features.find((row) => memberOf(row, "name") === place.flag);
  if (feature === undefined) {
    const names = features.map((row) => String(memberOf(row, "name")));
    const hint =
      names.length === 0 ? "this project has no flags" : `near: ${nearNames(place.flag, names).join(", ")}`;
    throw new FlagsmithFlagdError("CONFIG_INVALID", `no flag is called \`${place.flag}\`; ${hint}`);
  }
  const environmentId = numberOf([environment]);
  const featureId = numberOf([feature]);
  const stateId = await liveState(database, { environmentId, featureId });
  const [state] = await database.query(
    `SELECT state.enabled, value.type, value.integer_value, value.boolean_value, value.string_value
     FROM features_featurestate state JOIN features_featurestatevalue value ON value.feature_state_id = state.id
     WHERE state.id = $1`,
    [stateId ?? null],
  );
  if (stateId === undefined || state === undefined) {
    throw new FlagsmithFlagdError(
      "CONFIG_INVALID",
      `\`${place.flag}\` has no live state in this environment`,
    );
  }
  const versioned = await isVersioned(database, environmentId);
  const enabled = memberOf(state, "enabled") === true;
  return { environmentId, featureId, stateId, versioned, enabled, value: flagValueOf(state) };
}

function dateOf(row: unknown, name: string): Date {
  const value = memberOf(row, name);
  return value instanceof Date ? value : new Date(String(value));
}

/** A change that is live at once: adds the database's own time, which counts, whatever this machine's clock says. */
async function changedNow(database: Database, found: FoundFlag, change: StateChange): Promise<FlagChange> {
  const [row] = await database.query("SELECT now() AS live_from");
  const { enabled = found.enabled, value = found.value } = change;
  return { enabled, value, liveFrom: dateOf(row, "live_from") };
}

/** Switches a flag's environment-level state on or off: to the other, or to `enabled`. Under v2 by a new version. */
export async function toggleFlag(
  database: Database,
  place: FlagPlace & { readonly enabled?: boolean },
): Promise<FlagChange> {
  const found = await findFlag(database, place);
  const change = { enabled: place.enabled ?? !found.enabled };
  if (found.versioned) await publishVersion(database, { ...found, default: change });
  else await setStateEnabled(database, found.stateId, change.enabled);
  return await changedNow(database, found, change);
}

/** Sets a flag's environment-level value; text that looks like a number or a boolean becomes one, as in Flagsmith. */
export async function setFlagValue(database: Database, place: FlagPlace, text: string): Promise<FlagChange> {
  const found = await findFlag(database, place);
  const change = { value: typedValue(text) };
  if (found.versioned) await publishVersion(database, { ...found, default: change });
  else await setStateValue(database, found.stateId, change.value);
  return await changedNow(database, found, change);
}

/** Lets a flag go to its other state (or to `enabled`) `delayMs` from now by the database's clock. */
export async function scheduleToggle(
  database: Database,
  place: FlagPlace & { readonly delayMs: number; readonly enabled?: boolean },
): Promise<FlagChange> {
  const found = await findFlag(database, place);
  const change = { enabled: place.enabled ?? !found.enabled };
  const { stateId, value } = found;
  const { delayMs } = place;
  const [row] = found.versioned
    ? await database.query(
        "SELECT live_from FROM feature_versioning_environmentfeatureversion WHERE uuid = $1",
        [await publishVersion(database, { ...found, default: change }, delayMs)],
      )
    : await database.query("SELECT live_from FROM features_featurestate WHERE id = $1", [
        await scheduleState(database, { stateId, delayMs, ...change }),
      ]);
  return { ...change, value, liveFrom: dateOf(row, "live_from") };
}
