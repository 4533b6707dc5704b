/** What a column's type must be like for our queries to read it; lengths do not matter. */
export type ColumnFamily = "integer" | "text" | "boolean" | "time" | "uuid" | "number";

/** Base types of each family, by the names that `pg_type` has for them. A bigint would come as text. */
export const FAMILY_TYPES: Readonly<Record<ColumnFamily, readonly string[]>> = {
  integer: ["int4", "int2"],
  text: ["varchar", "text", "bpchar", "citext"],
  boolean: ["bool"],
  time: ["timestamptz"],
  uuid: ["uuid"],
  number: ["float8", "float4", "int4"],
};

/** Columns by table. */
export type NeededColumns = Readonly<Record<string, Readonly<Record<string, ColumnFamily>>>>;

/** All that the queries cannot do without; a test reads everything as a role that may read nothing else. */
export const READ_COLUMNS: NeededColumns = {
  organisations_organisation: { id: "integer", stop_serving_flags: "boolean", deleted_at: "time" },
  projects_project: {
    id: "integer",
    name: "text",
    organisation_id: "integer",
    enable_dynamo_db: "boolean",
    deleted_at: "time",
  },
  environments_environment: {
    id: "integer",
    name: "text",
    api_key: "text",
    project_id: "integer",
    updated_at: "time",
    deleted_at: "time",
    use_v2_feature_versioning: "boolean",
  },
  environments_environmentapikey: {
    id: "integer",
    key: "text",
    active: "boolean",
    expires_at: "time",
    environment_id: "integer",
  },
  environments_identity: { id: "integer", identifier: "text" },
  features_feature: {
    id: "integer",
    name: "text",
    description: "text",
    project_id: "integer",
    deleted_at: "time",
  },
  features_featurestate: {
    id: "integer",
    enabled: "boolean",
    environment_id: "integer",
    feature_id: "integer",
    identity_id: "integer",
    feature_segment_id: "integer",
    live_from: "time",
    version: "integer",
    updated_at: "time",
    deleted_at: "time",
    environment_feature_version_id: "uuid",
  },
  features_featurestatevalue: {
    id: "integer",
    feature_state_id: "integer",
    type: "text",
    boolean_value: "boolean",
    integer_value: "integer",
    string_value: "text",
    deleted_at: "time",
  },
  features_featuresegment: {
    id: "integer",
    priority: "integer",
    feature_id: "integer",
    segment_id: "integer",
    environment_id: "integer",
    environment_feature_version_id: "uuid",
  },
  features_feature_tags: { feature_id: "integer", tag_id: "integer" },
  tags_tag: { id: "integer", label: "text" },
  feature_versioning_environmentfeatureversion: {
    uuid: "uuid",
    environment_id: "integer",
    feature_id: "integer",
    published_at: "time",
    live_from: "time",
    created_at: "time",
    deleted_at: "time",
  },
  multivariate_multivariatefeatureoption: {
    id: "integer",
    type: "text",
    boolean_value: "boolean",
    integer_value: "integer",
    string_value: "text",
    feature_id: "integer",
  },
  multivariate_multivariatefeaturestatevalue: {
    id: "integer",
    percentage_allocation: "number",
    feature_state_id: "integer",
    multivariate_feature_option_id: "integer",
  },
  segments_segment: {
    id: "integer",
    name: "text",
    project_id: "integer",
    deleted_at: "time",
    version_of_id: "integer",
  },
  segments_segmentrule: {
    id: "integer",
    type: "text",
    rule_id: "integer",
    segment_id: "integer",
    deleted_at: "time",
  },
  segments_condition: {
    id: "integer",
    operator: "text",
    property: "text",
    value: "text",
    rule_id: "integer",
    deleted_at: "time",
  },
};

/** Columns that only the trigger functions use: without one, its table's changes are announced as "everything". */
export const ANNOUNCED_COLUMNS: NeededColumns = {
  environments_identity: { environment_id: "integer" },
  segments_segment: { feature_id: "integer" },
  tags_tag: { project_id: "integer" },
};

/** Columns that some supported releases lack: each group is used if all of it can be read. */
export const OPTIONAL_COLUMNS = {
  /** Since 2.239. */
  optionKey: { multivariate_multivariatefeatureoption: { key: "text" } },
  /** Since 2.151. */
  environmentIsCreating: { environments_environment: { is_creating: "boolean", created_date: "time" } },
  /** Since 2.262. */
  cohorts: {
    cohorts_cohort: { id: "integer", uuid: "uuid", environment_id: "integer", deleted_at: "time" },
    cohorts_cohortmembership: { cohort_id: "integer", identifier: "text", state: "text" },
  },
  /** In all releases; a role that may not read it serves environment keys alone. */
  masterKeys: {
    api_keys_masterapikey: {
      prefix: "text",
      hashed_key: "text",
      organisation_id: "integer",
      is_admin: "boolean",
      revoked: "boolean",
      deleted_at: "time",
      expiry_date: "time",
    },
  },
} as const satisfies Readonly<Record<string, NeededColumns>>;

/** Only `project list` reads these: the server itself does without. */
export const LISTED_COLUMNS: NeededColumns = { organisations_organisation: { name: "text" } };

/** Who may change a project's integration over the admin REST; a server of which nobody asks that reads none of it. */
export const ADMIN_COLUMNS: NeededColumns = {
  authtoken_token: { key: "text", user_id: "integer" },
  users_ffadminuser: { id: "integer", email: "text", is_active: "boolean" },
  api_keys_masterapikey: {
    prefix: "text",
    hashed_key: "text",
    organisation_id: "integer",
    is_admin: "boolean",
    revoked: "boolean",
    deleted_at: "time",
    expiry_date: "time",
  },
  organisations_userorganisation: { role: "text", organisation_id: "integer", user_id: "integer" },
  projects_userprojectpermission: {
    id: "integer",
    admin: "boolean",
    project_id: "integer",
    user_id: "integer",
  },
  projects_userprojectpermission_permissions: {
    userprojectpermission_id: "integer",
    permissionmodel_id: "text",
  },
  projects_userpermissiongroupprojectpermission: {
    id: "integer",
    admin: "boolean",
    project_id: "integer",
    group_id: "integer",
  },
  projects_userpermissiongroupprojectpermission_permissions: {
    userpermissiongroupprojectpermission_id: "integer",
    permissionmodel_id: "text",
  },
  users_userpermissiongroup_users: { userpermissiongroup_id: "integer", ffadminuser_id: "integer" },
};

/** Flagsmith's tables that documents and keys are read from, each once. */
export const READ_TABLES: readonly string[] = [
  ...new Set([READ_COLUMNS, ...Object.values(OPTIONAL_COLUMNS)].flatMap((columns) => Object.keys(columns))),
].sort();
