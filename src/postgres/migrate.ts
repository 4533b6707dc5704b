import { z } from "zod";
import { FlagsmithFlagdError } from "../support/errors.ts";
import type { Database, Queryable } from "./database.ts";
import { type Migration, readMigrations } from "./migration-files.ts";

/** A trigger that the set-up expects on a table of Flagsmith's. */
export interface TriggerState {
  readonly tableName: string;
  readonly event: string;
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
}

/** What `migrate up` did. */
export interface MigrationResult {
  readonly applied: readonly string[];
  readonly triggersCreated: number;
}

const ADVISORY_LOCK = 7_231_015;

/** The step that brings the functions which know the triggers. */
const TRIGGERS_STEP = 3;

const BOOKKEEPING = `CREATE SCHEMA IF NOT EXISTS flagd_sync;
CREATE TABLE IF NOT EXISTS flagd_sync.migration (
  id integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
);`;

const appliedRow = z.object({ id: z.number(), name: z.string(), checksum: z.string() });
const triggerRow = z.object({ table_name: z.string(), event: z.string(), present: z.boolean() });

/** Looks for Flagsmith's tables where the connection's search path finds them, and keeps to that schema. */
async function pinSearchPath(transaction: Queryable): Promise<void> {
  const rows = await transaction.query(
    `SELECT set_config('search_path', format('%I, pg_temp', n.nspname), true) AS path
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = to_regclass('features_featurestate')`,
  );
  if (rows.length === 0) {
    throw new FlagsmithFlagdError(
      "DATABASE_UNSUPPORTED",
      "found no table features_featurestate in this database: it holds no Flagsmith",
    );
  }
}

async function readApplied(queryable: Queryable): Promise<readonly z.infer<typeof appliedRow>[]> {
  const exists = await queryable.query("SELECT 1 WHERE to_regclass('flagd_sync.migration') IS NOT NULL");
  if (exists.length === 0) return [];
  return z
    .array(appliedRow)
    .parse(await queryable.query("SELECT id, name, checksum FROM flagd_sync.migration ORDER BY id"));
}

function refuseForeign(applied: readonly z.infer<typeof appliedRow>[], known: readonly Migration[]): void {
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

/**
 * Brings the schema `flagd_sync` to this release and puts back triggers that are missing. Idempotent; safe against a
 * second one at the same time; all or nothing. Waits at most `lockTimeoutMs` for a table that Flagsmith is using.
 */
export function migrateUp(
  database: Database,
  options: { lockTimeoutMs?: number } = {},
): Promise<MigrationResult> {
  const known = readMigrations();
  return database.write(async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK]);
    await transaction.query("SELECT set_config('lock_timeout', $1, true)", [
      `${options.lockTimeoutMs ?? 10_000}ms`,
    ]);
    await pinSearchPath(transaction);
    await transaction.execute(BOOKKEEPING);
    const applied = await readApplied(transaction);
    refuseForeign(applied, known);
    const done = new Set(applied.map((row) => row.id));
    const names: string[] = [];
    for (const migration of known.filter((step) => !done.has(step.id))) {
      await transaction.execute(migration.sql);
      await transaction.query("INSERT INTO flagd_sync.migration (id, name, checksum) VALUES ($1, $2, $3)", [
        migration.id,
        migration.name,
        migration.checksum,
      ]);
      names.push(migration.name);
    }
    const created = z
      .array(z.object({ created: z.number() }))
      .parse(await transaction.query("SELECT flagd_sync.install_triggers() AS created"));
    return { applied: names, triggersCreated: created[0]?.created ?? 0 };
  });
}

/** Removes every trace: the schema, and with it the functions and the triggers that call them. */
export function migrateDown(database: Database): Promise<void> {
  return database.write(async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK]);
    await transaction.execute("SET LOCAL lock_timeout = '10s'");
    await transaction.execute("DROP SCHEMA IF EXISTS flagd_sync CASCADE");
  });
}

/** Compares the database with this release, changing nothing. */
export async function migrationStatus(database: Queryable): Promise<MigrationStatus> {
  const known = readMigrations();
  const applied = await readApplied(database);
  const checksums = new Map(known.map((migration) => [migration.id, migration.checksum]));
  const done = new Set(applied.map((row) => row.id));
  const triggers = done.has(TRIGGERS_STEP)
    ? z
        .array(triggerRow)
        .parse(
          await database.query(
            "SELECT table_name, event, present FROM flagd_sync.trigger_status() ORDER BY table_name, event",
          ),
        )
    : [];
  return {
    applied: applied.map((row) => ({
      id: row.id,
      name: row.name,
      altered: checksums.has(row.id) && checksums.get(row.id) !== row.checksum,
    })),
    pending: known.filter((step) => !done.has(step.id)).map(({ id, name }) => ({ id, name })),
    triggers: triggers.map((row) => ({ tableName: row.table_name, event: row.event, present: row.present })),
    newer: applied.some((row) => !checksums.has(row.id)),
  };
}

/** Refuses to serve from a database whose set-up is absent, behind, altered or ahead. */
export async function requireMigrated(database: Queryable): Promise<void> {
  const known = readMigrations();
  const applied = await readApplied(database);
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

/** The whole set-up as one SQL script, for those who apply it by other means. */
export function migrationScript(): string {
  const steps = readMigrations().map(
    (step) =>
      `-- step ${step.id}: ${step.name}\n${step.sql}\nINSERT INTO flagd_sync.migration (id, name, checksum) VALUES (${step.id}, '${step.name}', '${step.checksum}');\n`,
  );
  return [
    "-- flagsmith-flagd: set-up in Flagsmith's database. Run once on an empty set-up, with search_path on Flagsmith's schema.",
    "BEGIN;",
    BOOKKEEPING,
    ...steps,
    "SELECT flagd_sync.install_triggers();",
    "COMMIT;",
    "",
  ].join("\n");
}
