import { z } from "zod";
import { FlagsmithFlagdError } from "../support/errors.ts";
import type { Queryable } from "./database.ts";

/** Columns that some supported releases of Flagsmith lack; probed once at start. */
export interface FlagsmithColumns {
  /** `multivariate_multivariatefeatureoption.key`, since 2.239. */
  readonly optionKey: boolean;
  /** `environments_environment.is_creating`, since 2.151. */
  readonly environmentIsCreating: boolean;
  /** Tables of cohorts, since 2.262. */
  readonly cohorts: boolean;
}

/** What the reader cannot do without; the last of them came with 2.140.0 (facts/flagsmith.md, section 10). */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  organisations_organisation: ["id", "stop_serving_flags", "deleted_at"],
  projects_project: ["id", "name", "organisation_id", "enable_dynamo_db", "deleted_at"],
  environments_environment: [
    "id",
    "name",
    "api_key",
    "project_id",
    "updated_at",
    "deleted_at",
    "use_v2_feature_versioning",
    "use_identity_overrides_in_local_eval",
  ],
  environments_environmentapikey: ["key", "active", "expires_at", "environment_id"],
  environments_identity: ["id", "identifier", "environment_id"],
  features_feature: ["id", "name", "description", "project_id", "deleted_at"],
  features_featurestate: [
    "id",
    "enabled",
    "environment_id",
    "feature_id",
    "identity_id",
    "feature_segment_id",
    "live_from",
    "version",
    "updated_at",
    "deleted_at",
    "environment_feature_version_id",
  ],
  features_featurestatevalue: [
    "feature_state_id",
    "type",
    "boolean_value",
    "integer_value",
    "string_value",
    "deleted_at",
  ],
  features_featuresegment: ["id", "priority", "segment_id", "environment_feature_version_id"],
  features_feature_tags: ["feature_id", "tag_id"],
  tags_tag: ["id", "label"],
  feature_versioning_environmentfeatureversion: [
    "uuid",
    "environment_id",
    "feature_id",
    "published_at",
    "live_from",
    "created_at",
    "deleted_at",
  ],
  multivariate_multivariatefeatureoption: [
    "id",
    "type",
    "boolean_value",
    "integer_value",
    "string_value",
    "feature_id",
  ],
  multivariate_multivariatefeaturestatevalue: [
    "id",
    "percentage_allocation",
    "feature_state_id",
    "multivariate_feature_option_id",
  ],
  segments_segment: ["id", "name", "deleted_at", "version_of_id"],
  segments_segmentrule: ["id", "type", "rule_id", "segment_id", "deleted_at"],
  segments_condition: ["id", "operator", "property", "value", "rule_id", "deleted_at"],
};

const columnRow = z.object({ table_name: z.string(), column_name: z.string() });

async function readColumns(queryable: Queryable): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = z.array(columnRow).parse(
    await queryable.query(
      `SELECT t.name AS table_name, a.attname AS column_name
         FROM unnest($1::text[]) AS t(name)
         JOIN pg_attribute a ON a.attrelid = to_regclass(t.name) AND a.attnum > 0 AND NOT a.attisdropped`,
      [Object.keys(REQUIRED)],
    ),
  );
  const columns = new Map<string, Set<string>>();
  for (const row of rows) {
    const known = columns.get(row.table_name) ?? new Set();
    columns.set(row.table_name, known.add(row.column_name));
  }
  return columns;
}

async function hasCohorts(queryable: Queryable): Promise<boolean> {
  const rows = await queryable.query(
    "SELECT 1 WHERE to_regclass('cohorts_cohort') IS NOT NULL AND to_regclass('cohorts_cohortmembership') IS NOT NULL",
  );
  return rows.length > 0;
}

function explainMissing(missing: readonly string[], tablesFound: number): string {
  const needed = "needed is the database of Flagsmith 2.140.0 or later (tested with 2.265)";
  if (tablesFound === 0) return `found none of Flagsmith's tables on the search path; ${needed}`;
  if (missing.includes("segments_segmentrule")) {
    return `found no table segments_segmentrule: this Flagsmith is older than 2.140.0, or newer than this release knows; ${needed}`;
  }
  const shown = missing.slice(0, 5).join(", ");
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : "";
  return `found a Flagsmith database that lacks ${shown}${more}; ${needed}`;
}

/**
 * Checks that the database is a Flagsmith that we can read, and finds out which optional columns it has.
 *
 * @throws FlagsmithFlagdError DATABASE_UNSUPPORTED, saying what was found and what is needed.
 */
export async function probeFlagsmith(queryable: Queryable): Promise<FlagsmithColumns> {
  const columns = await readColumns(queryable);
  const missing = Object.entries(REQUIRED).flatMap(([table, names]) => {
    const present = columns.get(table);
    if (present === undefined) return [table];
    return names.filter((name) => !present.has(name)).map((name) => `${table}.${name}`);
  });
  if (missing.length > 0) {
    throw new FlagsmithFlagdError("DATABASE_UNSUPPORTED", explainMissing(missing, columns.size));
  }
  return {
    optionKey: columns.get("multivariate_multivariatefeatureoption")?.has("key") ?? false,
    environmentIsCreating: columns.get("environments_environment")?.has("is_creating") ?? false,
    cohorts: await hasCohorts(queryable),
  };
}
