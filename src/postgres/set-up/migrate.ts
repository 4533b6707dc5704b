/** set-up: the schema `flagd_sync`, its triggers, and the rights to use them. */
import { z } from "zod";
import { FlagsmithFlagdError } from "../../support/errors.ts";
import type { Database, Queryable } from "../connection/database.ts";
import { type Migration, readMigrations } from "../schema/migration-files.ts";
import { type Catalog, readCatalog, tableIn } from "../schema/schema-catalog.ts";
import {
  faultyTriggers,
  ownProblems,
  readingProblems,
  type SchemaProblem,
} from "../schema/schema-problems.ts";
import { createTriggerSql, OWN_TRIGGERS, TRIGGER_TABLES } from "../schema/schema-triggers.ts";
import { grantsScript, grantTo, type RoleGrant } from "./grants.ts";
import { readRights } from "./read-rights.ts";
import { inLockTurns, type LockTurns } from "./schema-lock-turns.ts";

/** A trigger that the set-up expects on a table of Flagsmith's. */
export interface TriggerState {
  readonly tableName: string;
  readonly event: string;
  /** There, enabled, and as this release makes it. */
  readonly present: boolean;
}

/** What `migrate status` shows. */
export interface MigrationStatus {
  /** Applied steps in order; `altered` where the applied text is not this release's. */
  readonly applied: readonly { readonly id: number; readonly name: string; readonly altered: boolean }[];
  readonly pending: readonly { readonly id: number; readonly name: string }[];
  readonly triggers: readonly TriggerState[];
  /** Applied by a newer release than this one. */
  readonly newer: boolean;
  /** What is not as we need it, in Flagsmith's tables or in what is ours; nothing of ours before the first `migrate up`. */
  readonly problems: readonly SchemaProblem[];
}

/** What `migrate up` did. */
export interface MigrationResult {
  readonly applied: readonly string[];
  /** Parts of ours were missing or altered, and were made anew. */
  readonly repaired: boolean;
  readonly triggersCreated: number;
}

const ADVISORY_LOCK = 7_231_015;

const BOOKKEEPING = `CREATE SCHEMA IF NOT EXISTS flagd_sync;
CREATE TABLE IF NOT EXISTS flagd_sync.migration (
  id integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
);`;

const appliedRow = z.object({ id: z.number(), name: z.string(), checksum: z.string() });

/** A step that was applied. */
export type AppliedStep = z.infer<typeof appliedRow>;

/** Looks for Flagsmith's tables where the connection's search path finds them, and keeps to that schema. */
const PIN_SEARCH_PATH = `SELECT set_config('search_path', format('%I, pg_temp', n.nspname), true) AS path
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = to_regclass('features_featurestate')`;

async function pinSearchPath(transaction: Queryable): Promise<void> {
  const rows = await transaction.query(PIN_SEARCH_PATH);
  if (rows.length === 0) {
    throw new FlagsmithFlagdError(
      "DATABASE_UNSUPPORTED",
      "found no table features_featurestate in this database: it holds no Flagsmith",
    );
  }
}

async function readApplied(queryable: Queryable, catalog: Catalog): Promise<readonly AppliedStep[]> {
  if (tableIn(catalog, "flagd_sync.migration") === undefined) return [];
  return z
    .array(appliedRow)
    .parse(await queryable.query("SELECT id, name, checksum FROM flagd_sync.migration ORDER BY id"));
}

function refuseForeign(applied: readonly AppliedStep[], known: readonly Migration[]): void {
  for (const row of applied) {
    const own = known.find((migration) => migration.id === row.id);
    if (own === undefined) {
      throw new FlagsmithFlagdError(
        "SCHEMA_NEWER",
        `the schema flagd_sync has step ${row.id} (${row.name}), this release knows ${known.length} steps`,
      );
    }
    if (own.checksum !== row.checksum) {
      throw new FlagsmithFlagdError(
        "SCHEMA_ALTERED",
        `step ${row.id} (${row.name}) of schema flagd_sync was applied with another text than this release's`,
      );
    }
  }
}

/** Steps of the set-up that are not this release's; none where they cannot be read. */
export async function stepProblems(database: Queryable, catalog: Catalog): Promise<readonly SchemaProblem[]> {
  const columns = Object.values(tableIn(catalog, "flagd_sync.migration")?.columns ?? {});
  if (columns.length === 0 || columns.some((column) => !column.readable)) return [];
  const applied = new Map((await readApplied(database, catalog)).map((row) => [row.id, row]));
  const known = readMigrations();
  const foreign = [...applied.values()].filter(({ id }) => known.every((step) => step.id !== id));
  const differing = known.filter((step) => applied.get(step.id)?.checksum !== step.checksum);
  return [...differing, ...foreign].map(({ id, name }) => ({
    kind: "set_up",
    message: `step ${id} (${name}) of schema flagd_sync is not this release's`,
  }));
}

/** Runs the steps that are pending; all of them if a table or function of ours is missing or altered. */
async function runSteps(transaction: Queryable): Promise<Omit<MigrationResult, "triggersCreated">> {
  const known = readMigrations();
  await pinSearchPath(transaction);
  const catalog = await readCatalog(transaction);
  const applied = await readApplied(transaction, catalog);
  refuseForeign(applied, known);
  const done = new Set(applied.map((row) => row.id));
  const broken = ownProblems(catalog).some(({ message }) => /^(table|function) flagd_sync\./.test(message));
  const repaired = broken && done.size > 0;
  await transaction.execute(BOOKKEEPING);
  for (const migration of known.filter((step) => repaired || !done.has(step.id))) {
    await transaction.execute(migration.sql);
    await transaction.query(
      "INSERT INTO flagd_sync.migration (id, name, checksum) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      [migration.id, migration.name, migration.checksum],
    );
  }
  return { applied: known.filter((step) => !done.has(step.id)).map(({ name }) => name), repaired };
}

/** Puts the triggers of one table in order; touches the table only if there is something to do. */
async function repairTriggers(transaction: Queryable, table: string): Promise<number> {
  await pinSearchPath(transaction);
  const faulty = faultyTriggers(await readCatalog(transaction)).filter(
    ({ trigger }) => trigger.table === table,
  );
  for (const { trigger, fault } of faulty) {
    await transaction.execute(createTriggerSql(trigger, { replace: fault !== "missing" }));
  }
  return faulty.length;
}

/** Runs a part of the set-up so that neither Flagsmith nor a second `migrate` is in its way. */
function guarded<Result>(
  database: Database,
  turns: LockTurns,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  return inLockTurns(database, turns, async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK]);
    return await work(transaction);
  });
}

/**
 * Brings the schema `flagd_sync` to this release and puts back whatever is missing or was altered. Idempotent; safe
 * against a second one at the same time. The steps are one transaction; the triggers follow table by table, so that no
 * two tables of Flagsmith's are locked at once, each in short turns (see {@link inLockTurns}).
 *
 * @throws FlagsmithFlagdError DATABASE_UNSUPPORTED, SCHEMA_NEWER, SCHEMA_ALTERED, TABLE_BUSY
 */
export async function migrateUp(database: Database, turns: LockTurns = {}): Promise<MigrationResult> {
  const steps = await guarded(database, turns, runSteps);
  const faulty = new Set(faultyTriggers(await readCatalog(database)).map(({ trigger }) => trigger.table));
  let triggersCreated = 0;
  for (const table of TRIGGER_TABLES.filter((name) => faulty.has(name))) {
    triggersCreated += await guarded(database, turns, (transaction) => repairTriggers(transaction, table));
  }
  return { ...steps, triggersCreated };
}

/**
 * Gives a role all that a server needs and takes from it what is too much in our schema. Idempotent; after `migrate up`.
 *
 * @throws FlagsmithFlagdError ROLE_UNUSABLE; RIGHTS_MISSING if this session may not give it all (Postgres only warns)
 */
export async function grantServerRole(
  database: Database,
  grant: RoleGrant,
  turns: LockTurns = {},
): Promise<void> {
  await guarded(database, turns, async (transaction) => {
    await pinSearchPath(transaction);
    await grantTo(transaction, grant);
    const rights = await readRights(transaction, grant.role);
    const lacking = (rights?.missing ?? []).filter(({ purpose }) => grant.withAdmin || purpose !== "admin");
    if (lacking.length === 0) return;
    throw new FlagsmithFlagdError(
      "RIGHTS_MISSING",
      `this session may not give the role ${lacking.map(({ right }) => right).join(", ")}`,
    );
  });
}

/** Removes every trace: the triggers, table by table in short turns, then the schema with all that is in it. */
export async function migrateDown(database: Database, turns: LockTurns = {}): Promise<void> {
  const present = (await readCatalog(database)).triggers.filter(({ name, table }) =>
    OWN_TRIGGERS.some((trigger) => trigger.name === name && trigger.table === table),
  );
  for (const table of new Set(present.map((trigger) => trigger.table))) {
    await inLockTurns(database, turns, async (transaction) => {
      for (const { name } of present.filter((trigger) => trigger.table === table)) {
        await transaction.execute(`DROP TRIGGER IF EXISTS ${name} ON ${table}`);
      }
    });
  }
  await inLockTurns(database, turns, async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK]);
    await transaction.execute("DROP SCHEMA IF EXISTS flagd_sync CASCADE");
  });
}

/** Compares the database with this release, changing nothing. */
export async function migrationStatus(database: Queryable): Promise<MigrationStatus> {
  const known = readMigrations();
  const catalog = await readCatalog(database);
  const applied = await readApplied(database, catalog);
  const checksums = new Map(known.map((migration) => [migration.id, migration.checksum]));
  const done = new Set(applied.map((row) => row.id));
  const faulty = new Set(faultyTriggers(catalog).map(({ trigger }) => trigger));
  const expected = OWN_TRIGGERS.filter(({ table }) => tableIn(catalog, table) !== undefined);
  return {
    applied: applied.map((row) => ({
      id: row.id,
      name: row.name,
      altered: checksums.has(row.id) && checksums.get(row.id) !== row.checksum,
    })),
    pending: known.filter((step) => !done.has(step.id)).map(({ id, name }) => ({ id, name })),
    triggers: done.size === 0 ? [] : expected.map((trigger) => triggerState(trigger, !faulty.has(trigger))),
    newer: applied.some((row) => !checksums.has(row.id)),
    problems: [...readingProblems(catalog), ...(done.size === 0 ? [] : ownProblems(catalog))],
  };
}

function triggerState(trigger: (typeof OWN_TRIGGERS)[number], present: boolean): TriggerState {
  return { tableName: trigger.table, event: trigger.event, present };
}

/** Refuses to serve from a database whose set-up is absent, behind, altered or ahead. */
export async function requireMigrated(database: Queryable): Promise<void> {
  const known = readMigrations();
  const applied = await readApplied(database, await readCatalog(database));
  refuseForeign(applied, known);
  const pending = known.length - applied.length;
  if (pending > 0) {
    throw new FlagsmithFlagdError(
      "SCHEMA_MISSING",
      applied.length === 0
        ? "the database has no schema flagd_sync"
        : `the schema flagd_sync is ${pending} step(s) behind this release`,
    );
  }
}

/** One trigger, unless it is there: a script may be run again, and replacing would lock Flagsmith out for a moment. */
function createOnce(trigger: (typeof OWN_TRIGGERS)[number]): string {
  return `IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('${trigger.table}') AND tgname = '${trigger.name}') THEN
  ${createTriggerSql(trigger, { replace: false })}
END IF;`;
}

/** The whole set-up as one SQL script, for those who apply it by other means; with the grants for a server's role. */
export function migrationScript(grant?: RoleGrant): string {
  const steps = readMigrations().map(
    (step) =>
      `-- step ${step.id}: ${step.name}\n${step.sql}\nINSERT INTO flagd_sync.migration (id, name, checksum) VALUES (${step.id}, '${step.name}', '${step.checksum}') ON CONFLICT DO NOTHING;\n`,
  );
  const triggers = TRIGGER_TABLES.map((table) => {
    const statements = OWN_TRIGGERS.filter((trigger) => trigger.table === table).map(createOnce);
    return `DO $do$ BEGIN IF to_regclass('${table}') IS NOT NULL THEN\n${statements.join("\n")}\nEND IF; END $do$;`;
  });
  return [
    "-- flagsmith-flagd: set-up in Flagsmith's database. Run with search_path on Flagsmith's schema; may be run again.",
    "BEGIN;",
    `${PIN_SEARCH_PATH};`,
    BOOKKEEPING,
    ...steps,
    "COMMIT;",
    "",
    "-- One table after the other, each waiting for its lock for a second at most: repeat what failed.",
    "SET lock_timeout = '1s';",
    ...triggers,
    "RESET lock_timeout;",
    ...(grant === undefined ? [] : grantLines(grant)),
    "",
  ].join("\n");
}

function grantLines(grant: RoleGrant): readonly string[] {
  return [
    "",
    "-- What the role of the server may do. Columns that this Flagsmith lacks are left out.",
    "BEGIN;",
    `${PIN_SEARCH_PATH};`,
    grantsScript(grant),
    "COMMIT;",
  ];
}
