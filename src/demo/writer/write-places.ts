import { randomInt } from "node:crypto";
import type { Database, Queryable } from "../../postgres/connection/database.ts";
import { insertFeatureStates } from "./insert-states.ts";
import { numberOf, numbersOf } from "./read-rows.ts";

const KEY_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const KEY_LENGTH = 22;

/** A random key as Flagsmith makes them: 22 characters of base57 (facts: flagsmith.md, 5). */
export function randomKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => KEY_ALPHABET[randomInt(KEY_ALPHABET.length)]).join("");
}

/** An organisation that serves flags. Returns its id. */
export async function createOrganisation(database: Queryable, name: string): Promise<number> {
  return numberOf(
    await database.query(
      `INSERT INTO organisations_organisation (name, has_requested_features, created_date, alerted_over_plan_limit,
         stop_serving_flags, persist_trait_data, block_access_to_admin, feature_analytics,
         restrict_project_create_to_admin, uuid, force_2fa)
       VALUES ($1, false, now(), false, false, true, false, false, false, gen_random_uuid(), false) RETURNING id`,
      [name],
    ),
  );
}

/** What a new project is called and how it serves. */
export interface ProjectOptions {
  readonly organisationId: number;
  readonly name: string;
  readonly hideDisabledFlags?: boolean;
  /** True: identities live outside Postgres, which a reader has to refuse. */
  readonly enableDynamoDb?: boolean;
}

/** A project without environments. Returns its id. */
export async function createProject(database: Queryable, options: ProjectOptions): Promise<number> {
  return numberOf(
    await database.query(
      `INSERT INTO projects_project (organisation_id, name, hide_disabled_flags, enable_dynamo_db, created_date, uuid,
         prevent_flag_defaults, enable_realtime_updates, only_allow_lower_case_feature_names, max_features_allowed,
         max_segments_allowed, max_segment_overrides_allowed, identity_overrides_v2_migration_status,
         stale_flags_limit_days, enforce_feature_owners)
       VALUES ($1, $2, $3, $4, now(), gen_random_uuid(), false, false, true, 1000, 500, 2000, 'NOT_STARTED', 30, false)
       RETURNING id`,
      [
        options.organisationId,
        options.name,
        options.hideDisabledFlags ?? false,
        options.enableDynamoDb ?? false,
      ],
    ),
  );
}

/** What a new environment is called, and its client-side key if it must be a known one. */
export interface EnvironmentOptions {
  readonly projectId: number;
  readonly name: string;
  readonly apiKey?: string;
  readonly useIdentityOverridesInLocalEval?: boolean;
}

/** An environment under v1 versioning; then a state of its own for each feature of the project. Returns its id. */
export async function createEnvironment(database: Database, options: EnvironmentOptions): Promise<number> {
  const environmentId = numberOf(
    await database.query(
      `INSERT INTO environments_environment (name, created_date, api_key, project_id, webhooks_enabled,
         allow_client_traits, updated_at, use_mv_v2_evaluation, hide_sensitive_data, use_v2_feature_versioning,
         use_identity_overrides_in_local_eval, is_creating, uuid)
       VALUES ($1, now(), $2, $3, false, true, now(), true, false, false, $4, false, gen_random_uuid()) RETURNING id`,
      [
        options.name,
        options.apiKey ?? randomKey(),
        options.projectId,
        options.useIdentityOverridesInLocalEval ?? true,
      ],
    ),
  );
  const features = await database.query(
    "SELECT id FROM features_feature WHERE project_id = $1 AND deleted_at IS NULL ORDER BY id",
    [options.projectId],
  );
  for (const featureId of numbersOf(features)) {
    await database.write((transaction) => insertFeatureStates(transaction, { featureId, environmentId }));
  }
  return environmentId;
}

/** Which environments an audit record concerns: one, or all of a project. */
export type AuditedPlace = { readonly environmentId: number } | { readonly projectId: number };

/**
 * Moves `updated_at`, as Flagsmith does with the audit record: after the change, in a transaction of its own, and for
 * segments and features in every environment of the project (facts: flagsmith.md, 6).
 */
export async function touchEnvironments(database: Queryable, place: AuditedPlace): Promise<void> {
  if ("environmentId" in place) {
    await database.query("UPDATE environments_environment SET updated_at = now() WHERE id = $1", [
      place.environmentId,
    ]);
  } else {
    await database.query("UPDATE environments_environment SET updated_at = now() WHERE project_id = $1", [
      place.projectId,
    ]);
  }
}
