import { memberOf, numberOf } from "../../src/demo/writer/read-rows.ts";
import type { Database, Queryable } from "../../src/postgres/connection/database.ts";

/** How much there is in a project; overrides are per environment. */
export interface PlaceSize {
  readonly environments: number;
  readonly features: number;
  readonly segments: number;
  readonly segmentOverrides: number;
  readonly identityOverrides: number;
  /** Characters of every text value; 32 of them differ between environments, the rest compresses as prose does. */
  readonly valueLength: number;
}

/** The environment of the issue: 1,000 flags, 100 segments, 300 overrides, 100 identity overrides; about 430 KB. */
export const LARGE: PlaceSize = {
  environments: 1,
  features: 1_000,
  segments: 100,
  segmentOverrides: 300,
  identityOverrides: 100,
  valueLength: 40,
};

/** A document of 8.6 KB, as in the baselines. */
export const SMALL: PlaceSize = {
  environments: 1,
  features: 20,
  segments: 2,
  segmentOverrides: 6,
  identityOverrides: 2,
  valueLength: 40,
};

const PROSE =
  "the quick brown fox jumps over the lazy dog and then writes a value that somebody chose for a flag ";

const STEPS: readonly ((size: PlaceSize) => readonly [string, readonly unknown[]])[] = [
  ({ features }) => [
    `INSERT INTO features_feature (name, created_date, initial_value, project_id, default_enabled, type, is_archived, uuid, is_server_key_only)
     SELECT 'feature_' || to_char(n, 'FM00000'), now(), '', $1, true, 'STANDARD', false, gen_random_uuid(), false
       FROM generate_series(1, $2::int) n`,
    [features],
  ],
  ({ environments }) => [
    `INSERT INTO environments_environment (name, created_date, api_key, project_id, webhooks_enabled, allow_client_traits, updated_at,
       use_mv_v2_evaluation, hide_sensitive_data, use_v2_feature_versioning, use_identity_overrides_in_local_eval, is_creating, uuid)
     SELECT 'Environment ' || n, now(), 'bench-client-' || n, $1, false, true, now(), true, false, false, true, false, gen_random_uuid()
       FROM generate_series(1, $2::int) n`,
    [environments],
  ],
  () => [
    `INSERT INTO environments_environmentapikey (environment_id, key, name, created_at, active)
     SELECT id, 'ser.bench-' || substring(api_key FROM 14), 'bench', now(), true FROM environments_environment WHERE project_id = $1`,
    [],
  ],
  ({ segments }) => [
    `INSERT INTO segments_segment (name, description, project_id, version, created_at, updated_at, uuid, is_system_segment, managed_by)
     SELECT 'segment_' || n, '', $1, 1, now(), now(), gen_random_uuid(), false, '' FROM generate_series(1, $2::int) n`,
    [segments],
  ],
  () => ["UPDATE segments_segment SET version_of_id = id WHERE project_id = $1", []],
  () => [
    `WITH top AS (
       INSERT INTO segments_segmentrule (type, segment_id, uuid, created_at, updated_at)
       SELECT 'ALL', id, gen_random_uuid(), now(), now() FROM segments_segment WHERE project_id = $1 RETURNING id
     ), below AS (
       INSERT INTO segments_segmentrule (type, rule_id, uuid, created_at, updated_at)
       SELECT 'ANY', id, gen_random_uuid(), now(), now() FROM top RETURNING id
     )
     INSERT INTO segments_condition (rule_id, operator, property, value, created_with_segment, uuid, created_at, updated_at)
     SELECT id, operator, property, value || id, true, gen_random_uuid(), now(), now()
       FROM below CROSS JOIN (VALUES ('EQUAL', 'country', 'country-'), ('CONTAINS', 'email', '@company-'), ('GREATER_THAN', 'age', '1'))
         AS condition (operator, property, value)`,
    [],
  ],
  () => [
    `INSERT INTO features_featurestate (feature_id, environment_id, enabled, version, live_from, created_at, updated_at, uuid)
     SELECT f.id, e.id, f.id % 3 <> 0, 1, now() - interval '1 day', now(), now(), gen_random_uuid()
       FROM environments_environment e JOIN features_feature f USING (project_id) WHERE e.project_id = $1`,
    [],
  ],
  ({ segments, segmentOverrides }) => [
    `INSERT INTO features_featuresegment (priority, feature_id, segment_id, enabled, environment_id, uuid)
     SELECT i / f.many, f.id, s.id, false, e.id, gen_random_uuid()
       FROM generate_series(0, $3::int - 1) i
       JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS many FROM features_feature
              WHERE project_id = $1) f ON f.n = i % f.many
       JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM segments_segment WHERE project_id = $1) s
         ON s.n = (i + i / f.many) % $2::int
       JOIN environments_environment e ON e.project_id = $1`,
    [segments, segmentOverrides],
  ],
  () => [
    `INSERT INTO features_featurestate (feature_id, environment_id, enabled, feature_segment_id, version, live_from, created_at, updated_at, uuid)
     SELECT g.feature_id, g.environment_id, g.id % 2 = 0, g.id, 1, now() - interval '1 day', now(), now(), gen_random_uuid()
       FROM features_featuresegment g JOIN environments_environment e ON e.id = g.environment_id WHERE e.project_id = $1`,
    [],
  ],
  ({ identityOverrides }) => [
    `WITH person AS (
       INSERT INTO environments_identity (identifier, created_date, environment_id, system_traits)
       SELECT 'person-' || n, now(), e.id, '{}' FROM environments_environment e CROSS JOIN generate_series(1, $2::int) n
        WHERE e.project_id = $1 RETURNING id, environment_id
     )
     INSERT INTO features_featurestate (feature_id, environment_id, enabled, identity_id, version, live_from, created_at, updated_at, uuid)
     SELECT f.id, p.environment_id, true, p.id, 1, now() - interval '1 day', now(), now(), gen_random_uuid()
       FROM (SELECT id, environment_id, row_number() OVER (PARTITION BY environment_id ORDER BY id) - 1 AS n FROM person) p
       JOIN (SELECT id, row_number() OVER (ORDER BY id DESC) - 1 AS n, count(*) OVER () AS many FROM features_feature
              WHERE project_id = $1) f ON f.n = p.n % f.many`,
    [identityOverrides],
  ],
  ({ valueLength }) => [
    `INSERT INTO features_featurestatevalue (feature_state_id, type, string_value, uuid)
     SELECT s.id, 'unicode', left(md5(s.id::text) || ' ' || repeat($3, $2::int / length($3) + 1), $2::int), gen_random_uuid()
       FROM features_featurestate s JOIN environments_environment e ON e.id = s.environment_id WHERE e.project_id = $1`,
    [valueLength, PROSE],
  ],
];

async function runSteps(transaction: Queryable, projectId: number, size: PlaceSize): Promise<void> {
  await transaction.execute("SET LOCAL session_replication_role = replica");
  for (const step of STEPS) {
    const [text, values] = step(size);
    await transaction.query(text, [projectId, ...values]);
  }
}

/** Fills a project by a dozen set-based statements, without foreign keys being looked at: a million states take a minute. */
export async function seedProject(
  database: Database,
  projectId: number,
  size: PlaceSize,
): Promise<{ readonly environmentId: number; readonly stateId: number }> {
  await database.write((transaction) => runSteps(transaction, projectId, size));
  const environmentId = numberOf(
    await database.query("SELECT min(id) AS id FROM environments_environment WHERE project_id = $1", [
      projectId,
    ]),
  );
  const [state] = await database.query(
    `SELECT id FROM features_featurestate
      WHERE environment_id = $1 AND feature_segment_id IS NULL AND identity_id IS NULL ORDER BY id DESC OFFSET 5 LIMIT 1`,
    [environmentId],
  );
  return { environmentId, stateId: Number(memberOf(state, "id")) };
}
