import { FlagsmithFlagdError } from "../../support/errors.ts";
import type { Queryable } from "../connection/database.ts";
import { type Catalog, readCatalog, tableIn } from "./schema-catalog.ts";
import { OPTIONAL_COLUMNS, READ_COLUMNS } from "./schema-needs.ts";
import { canRead, readingProblems } from "./schema-problems.ts";

/** Columns that some supported releases of Flagsmith lack; an upgrade may bring them at any time. */
export interface FlagsmithColumns {
  /** `multivariate_multivariatefeatureoption.key`, since 2.239. */
  readonly optionKey: boolean;
  /** `environments_environment.is_creating`, since 2.151. */
  readonly environmentIsCreating: boolean;
  /** Tables of cohorts, since 2.262. */
  readonly cohorts: boolean;
  /** All of `api_keys_masterapikey` that tells which key opens which organisation. */
  readonly masterKeys: boolean;
}

/** Came with 2.140.0, the last of what we need (facts/flagsmith.md, section 10): tells older releases at the start. */
const SINCE_2_140 = "use_identity_overrides_in_local_eval";

/** Which optional columns there are. */
export function columnsOf(catalog: Catalog): FlagsmithColumns {
  return {
    optionKey: canRead(catalog, OPTIONAL_COLUMNS.optionKey),
    environmentIsCreating: canRead(catalog, OPTIONAL_COLUMNS.environmentIsCreating),
    cohorts: canRead(catalog, OPTIONAL_COLUMNS.cohorts),
    masterKeys: canRead(catalog, OPTIONAL_COLUMNS.masterKeys),
  };
}

function explain(problems: readonly string[], catalog: Catalog): string {
  const needed = "needed is the database of Flagsmith 2.140.0 or later (tested with 2.265)";
  if (
    catalog.hidden === null &&
    Object.keys(READ_COLUMNS).every((name) => tableIn(catalog, name) === undefined)
  ) {
    return `found none of Flagsmith's tables on the search path; ${needed}`;
  }
  if (catalog.hidden === null && tableIn(catalog, "segments_segmentrule") === undefined) {
    return `found no table segments_segmentrule: this Flagsmith is older than 2.140.0, or newer than this release knows; ${needed}`;
  }
  const more = problems.length > 5 ? ` and ${problems.length - 5} more` : "";
  return `found a Flagsmith database that does not fit: ${problems.slice(0, 5).join(", ")}${more}; ${needed}`;
}

/**
 * Checks that the database is a Flagsmith that we can read, and finds out which optional columns it has.
 *
 * @throws FlagsmithFlagdError DATABASE_UNSUPPORTED, saying what was found and what is needed.
 */
export async function probeFlagsmith(queryable: Queryable): Promise<FlagsmithColumns> {
  const catalog = await readCatalog(queryable);
  const problems = readingProblems(catalog).map(({ message }) => message);
  if (tableIn(catalog, "environments_environment")?.columns[SINCE_2_140] === undefined) {
    problems.push(`column environments_environment.${SINCE_2_140} is missing`);
  }
  if (problems.length > 0) throw new FlagsmithFlagdError("DATABASE_UNSUPPORTED", explain(problems, catalog));
  return columnsOf(catalog);
}
