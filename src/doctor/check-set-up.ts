import type { Queryable } from "../postgres/connection/database.ts";
import { type FlagsmithColumns, probeFlagsmith } from "../postgres/schema/flagsmith-columns.ts";
import { type MigrationStatus, migrationStatus } from "../postgres/set-up/migrate.ts";
import { type RightPurpose, readRights } from "../postgres/set-up/read-rights.ts";
import { codeOf, messageOf } from "../support/errors.ts";
import type { FindingCode } from "./catalogue.ts";
import { type Finding, found } from "./finding.ts";

/** What the set-up was found to be; without `columns` Flagsmith's tables cannot be read. */
export interface SetUpLook {
  readonly findings: readonly Finding[];
  readonly columns: FlagsmithColumns | undefined;
}

const MISSING: Readonly<Record<RightPurpose, FindingCode>> = {
  serving: "RIGHT_MISSING",
  versions: "RIGHT_MISSING_VERSIONS",
  settings: "RIGHT_MISSING_SETTINGS",
  admin: "RIGHT_MISSING_ADMIN",
};

/** Flagsmith's tables, the role's rights on them, and what is ours. */
export async function checkSetUp(database: Queryable): Promise<SetUpLook> {
  const rights = await checkRights(database);
  const unfit = (thrown: unknown): Finding => found("FLAGSMITH_UNFIT", messageOf(thrown));
  let columns: FlagsmithColumns | undefined;
  const findings: Finding[] = [...rights];
  try {
    columns = await probeFlagsmith(database);
    findings.unshift(found("FLAGSMITH_FITS", releaseOf(columns)));
  } catch (thrown) {
    if (codeOf(thrown) !== "DATABASE_UNSUPPORTED") throw thrown;
    // A right that is missing was named already; Flagsmith itself may well fit.
    if (rights.every(({ code }) => code !== "RIGHT_MISSING")) findings.unshift(unfit(thrown));
  }
  return { columns, findings: [...findings, ...(await checkMigrations(database))] };
}

/** What the columns tell of the release; Flagsmith's own list of migrations is none of our business to read. */
function releaseOf({ cohorts, optionKey, environmentIsCreating }: FlagsmithColumns): string {
  const since = cohorts ? "2.262" : optionKey ? "2.239" : environmentIsCreating ? "2.151" : "2.140";
  return `Flagsmith ${since} or later, by its columns`;
}

async function checkRights(database: Queryable): Promise<readonly Finding[]> {
  const rights = await readRights(database);
  if (rights === undefined) return [];
  const { role, missing, excess } = rights;
  const lacking = Object.entries(MISSING).flatMap(([purpose, code]) => {
    const names = missing.filter((one) => one.purpose === purpose).map(({ right }) => right);
    return names.length === 0 ? [] : [found(code, `role ${role} lacks ${names.join(", ")}`)];
  });
  return [
    ...(missing.some(({ purpose }) => purpose === "serving") ? [] : [found("RIGHTS_ENOUGH", `role ${role}`)]),
    ...lacking,
    ...(excess.length > 0 ? [found("RIGHT_TOO_MUCH", `role ${role} ${excess.join("; ")}`)] : []),
  ];
}

async function checkMigrations(database: Queryable): Promise<readonly Finding[]> {
  let status: MigrationStatus;
  try {
    status = await migrationStatus(database);
  } catch (thrown) {
    // Named already among the rights.
    if (codeOf(thrown) === "42501") return [];
    throw thrown;
  }
  const { applied, pending, triggers, newer, problems } = status;
  if (applied.length === 0)
    return [found("SET_UP_MISSING", "there is no schema flagd_sync with steps of ours")];
  const altered = applied.filter((step) => step.altered).map(({ name }) => name);
  const foreign = [
    ...(newer ? ["steps of a newer release were applied"] : []),
    ...(altered.length > 0 ? [`altered: ${altered.join(", ")}`] : []),
  ];
  const behind = pending.map(({ id, name }) => `${id} ${name}`);
  const ours = problems.filter(
    ({ kind, message }) => kind !== "unreadable" && !message.endsWith("by this role"),
  );
  const findings = [
    ...(foreign.length > 0 ? [found("SET_UP_FOREIGN", foreign.join("; "))] : []),
    ...(behind.length > 0 ? [found("SET_UP_BEHIND", `steps to come: ${behind.join(", ")}`)] : []),
    ...ours.map(({ message }) =>
      found(message.startsWith("the queue of notifications") ? "QUEUE_FILLING" : "SET_UP_DAMAGED", message),
    ),
  ];
  if (findings.length > 0) return findings;
  return [found("SET_UP_WHOLE", `${applied.length} steps, ${triggers.length} triggers in place`)];
}
