import type { OWN_TABLES } from "../schema/schema-catalog.ts";
import {
  ADMIN_COLUMNS,
  LISTED_COLUMNS,
  type NeededColumns,
  OPTIONAL_COLUMNS,
  READ_COLUMNS,
} from "../schema/schema-needs.ts";

/** Columns of one of Flagsmith's tables. */
export interface TableColumns {
  readonly table: string;
  readonly columns: readonly string[];
}

/** What a server does with our own tables, by the names of Postgres' privileges. */
export const OWN_RIGHTS: Readonly<Record<(typeof OWN_TABLES)[number], readonly string[]>> = {
  "flagd_sync.migration": ["SELECT"],
  // The admin REST, and `project enable` where it runs as the server does.
  "flagd_sync.project_settings": ["SELECT", "INSERT", "UPDATE", "DELETE"],
  // By record_revision, which runs with its caller's rights.
  "flagd_sync.environment_head": ["SELECT", "INSERT", "UPDATE"],
  "flagd_sync.revision": ["SELECT", "INSERT", "DELETE"],
};

/** The one function of ours that a server calls; all others are called by triggers, with their owner's rights. */
export const RECORD_REVISION = "flagd_sync.record_revision(integer, text, timestamptz, bigint[])";

/** Each table once, with all columns that the groups name. */
export function columnsByTable(groups: readonly NeededColumns[]): readonly TableColumns[] {
  const byTable = new Map<string, Set<string>>();
  for (const [table, columns] of groups.flatMap((group) => Object.entries(group))) {
    const known = byTable.get(table) ?? new Set();
    for (const column of Object.keys(columns)) known.add(column);
    byTable.set(table, known);
  }
  return [...byTable].map(([table, columns]) => ({ table, columns: [...columns] }));
}

const { optionKey, environmentIsCreating, cohorts } = OPTIONAL_COLUMNS;

/**
 * What a server reads of Flagsmith's tables. Hashes of master API keys are not among it: they are given with what the admin
 * REST needs, for those who want either.
 */
export const SERVER_COLUMNS: readonly NeededColumns[] = [
  READ_COLUMNS,
  optionKey,
  environmentIsCreating,
  cohorts,
  LISTED_COLUMNS,
];

/** What a role is given to read. */
export function neededColumns(withAdmin: boolean): readonly TableColumns[] {
  return columnsByTable(withAdmin ? [...SERVER_COLUMNS, ADMIN_COLUMNS] : SERVER_COLUMNS);
}
