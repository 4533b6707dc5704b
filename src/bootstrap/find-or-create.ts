import { randomUUID } from "node:crypto";
import { z } from "zod";
import { randomKey } from "../demo/writer/write-places.ts";
import type { Queryable } from "../postgres/connection/database.ts";
import { insertFeatureStates } from "./feature-states.ts";
import { hasTable, insertRow } from "./insert-row.ts";

/** A row that was there, or was made. */
export interface FoundOrCreated {
  readonly id: number;
  readonly created: boolean;
}

const idRows = z.array(z.object({ id: z.number() }));
const keyRows = z.array(z.object({ id: z.number(), key: z.string() }));

async function first(
  queryable: Queryable,
  sql: string,
  values: readonly unknown[],
): Promise<number | undefined> {
  return idRows.parse(await queryable.query(`${sql} ORDER BY id LIMIT 1`, values))[0]?.id;
}

/** The oldest live organisation of that name. A new one gets the free plan, without which Flagsmith's UI fails. */
export async function findOrCreateOrganisation(queryable: Queryable, name: string): Promise<FoundOrCreated> {
  const known = await first(
    queryable,
    "SELECT id FROM organisations_organisation WHERE name = $1 AND deleted_at IS NULL",
    [name],
  );
  if (known !== undefined) return { id: known, created: false };
  const id = await insertRow(queryable, "organisations_organisation", {
    name,
    has_requested_features: false,
    created_date: new Date(),
    alerted_over_plan_limit: false,
    stop_serving_flags: false,
    persist_trait_data: true,
    block_access_to_admin: false,
    feature_analytics: false,
    restrict_project_create_to_admin: false,
    uuid: randomUUID(),
    force_2fa: false,
  });
  if (await hasTable(queryable, "organisations_subscription")) {
    await insertRow(queryable, "organisations_subscription", {
      organisation_id: id,
      plan: "free",
      max_seats: 1,
      max_api_calls: 50_000,
      uuid: randomUUID(),
    });
  }
  return { id, created: true };
}

/** The oldest live project of that name in the organisation. */
export async function findOrCreateProject(
  queryable: Queryable,
  organisationId: number,
  name: string,
): Promise<FoundOrCreated> {
  const known = await first(
    queryable,
    "SELECT id FROM projects_project WHERE name = $1 AND organisation_id = $2 AND deleted_at IS NULL",
    [name, organisationId],
  );
  if (known !== undefined) return { id: known, created: false };
  const id = await insertRow(queryable, "projects_project", {
    name,
    created_date: new Date(),
    organisation_id: organisationId,
    hide_disabled_flags: false,
    enable_dynamo_db: false,
    uuid: randomUUID(),
    prevent_flag_defaults: false,
    enable_realtime_updates: false,
    only_allow_lower_case_feature_names: true,
    max_features_allowed: 1_000,
    max_segments_allowed: 500,
    max_segment_overrides_allowed: 2_000,
    identity_overrides_v2_migration_status: "NOT_STARTED",
    stale_flags_limit_days: 30,
    enforce_feature_owners: false,
  });
  return { id, created: true };
}

/** The oldest live environment of that name in the project. A new one gets a state of each feature the project has. */
export async function findOrCreateEnvironment(
  queryable: Queryable,
  projectId: number,
  name: string,
): Promise<FoundOrCreated> {
  const known = await first(
    queryable,
    "SELECT id FROM environments_environment WHERE name = $1 AND project_id = $2 AND deleted_at IS NULL",
    [name, projectId],
  );
  if (known !== undefined) return { id: known, created: false };
  const environmentId = await insertRow(queryable, "environments_environment", {
    name,
    created_date: new Date(),
    api_key: randomKey(),
    project_id: projectId,
    webhooks_enabled: false,
    allow_client_traits: true,
    updated_at: new Date(),
    use_mv_v2_evaluation: true,
    hide_sensitive_data: false,
    use_v2_feature_versioning: false,
    use_identity_overrides_in_local_eval: true,
    is_creating: false,
    uuid: randomUUID(),
  });
  await insertFeatureStates(queryable, { projectId, environmentId });
  return { id: environmentId, created: true };
}

/** The environment's oldest key of that name; it becomes `wanted` if that is given. */
export async function findOrCreateKey(
  queryable: Queryable,
  environmentId: number,
  { name, wanted }: { readonly name: string; readonly wanted: string | undefined },
): Promise<{ readonly key: string; readonly created: boolean }> {
  const [known] = keyRows.parse(
    await queryable.query(
      "SELECT id, key FROM environments_environmentapikey WHERE environment_id = $1 AND name = $2 ORDER BY id LIMIT 1",
      [environmentId, name],
    ),
  );
  if (known === undefined) {
    const key = wanted ?? `ser.${randomKey()}`;
    await insertRow(queryable, "environments_environmentapikey", {
      key,
      created_at: new Date(),
      name,
      active: true,
      environment_id: environmentId,
    });
    return { key, created: true };
  }
  await queryable.query(
    "UPDATE environments_environmentapikey SET key = $2, active = true, expires_at = NULL WHERE id = $1",
    [known.id, wanted ?? known.key],
  );
  return { key: wanted ?? known.key, created: false };
}

/** A user who can log in to Flagsmith's UI, with this password now, and administers the organisation. */
export async function findOrCreateAdmin(
  queryable: Queryable,
  organisationId: number,
  { email, passwordHash }: { readonly email: string; readonly passwordHash: string },
): Promise<FoundOrCreated> {
  const known = await first(queryable, "SELECT id FROM users_ffadminuser WHERE lower(email) = lower($1)", [
    email,
  ]);
  const id =
    known ??
    (await insertRow(queryable, "users_ffadminuser", {
      password: passwordHash,
      is_superuser: true,
      first_name: "",
      last_name: "",
      email,
      is_staff: true,
      is_active: true,
      date_joined: new Date(),
      marketing_consent_given: false,
      uuid: randomUUID(),
    }));
  await queryable.query(
    `UPDATE users_ffadminuser SET password = $2, is_active = true, is_staff = true, is_superuser = true
      WHERE id = $1`,
    [id, passwordHash],
  );
  const member = await queryable.query(
    "UPDATE organisations_userorganisation SET role = 'ADMIN' WHERE user_id = $1 AND organisation_id = $2 RETURNING id",
    [id, organisationId],
  );
  if (member.length === 0) {
    await insertRow(queryable, "organisations_userorganisation", {
      date_joined: new Date(),
      role: "ADMIN",
      organisation_id: organisationId,
      user_id: id,
    });
  }
  return { id, created: known === undefined };
}
