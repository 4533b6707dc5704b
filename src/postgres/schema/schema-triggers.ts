/** A trigger of ours on a table of Flagsmith's, or on our table of settings. */
export interface OwnTrigger {
  readonly table: string;
  readonly name: string;
  readonly event: string;
  /** In schema `flagd_sync`. */
  readonly function: string;
  /** `pg_trigger.tgtype`: 1 row, 4 insert, 8 delete, 16 update, 32 truncate; "after" is no bit. */
  readonly type: number;
  readonly oldRows: boolean;
  readonly newRows: boolean;
}

const FUNCTIONS: Readonly<Record<string, string>> = {
  features_featurestate: "on_feature_state",
  features_featurestatevalue: "on_feature_state_value",
  features_featuresegment: "on_feature_segment",
  features_feature: "on_feature",
  features_feature_tags: "on_feature_tag",
  tags_tag: "on_tag",
  multivariate_multivariatefeatureoption: "on_option",
  multivariate_multivariatefeaturestatevalue: "on_allocation",
  feature_versioning_environmentfeatureversion: "on_version",
  segments_segment: "on_segment",
  segments_segmentrule: "on_segment_rule",
  segments_condition: "on_condition",
  environments_environment: "on_environment",
  environments_environmentapikey: "on_environment_key",
  api_keys_masterapikey: "on_master_key",
  cohorts_cohort: "on_cohort",
  projects_project: "on_project",
  organisations_organisation: "on_organisation",
  "flagd_sync.project_settings": "on_project_settings",
};

const STATEMENT_EVENTS = [
  { event: "insert", type: 4, oldRows: false, newRows: true },
  { event: "update", type: 16, oldRows: true, newRows: true },
  { event: "delete", type: 8, oldRows: true, newRows: false },
  { event: "truncate", type: 32, oldRows: false, newRows: false },
];

/** Every trigger that ought to be there. Event `rename` is the row-level one: a new identifier of an identity. */
export const OWN_TRIGGERS: readonly OwnTrigger[] = [
  ...Object.entries(FUNCTIONS).flatMap(([table, name]) =>
    STATEMENT_EVENTS.map((one) => ({
      table,
      name: `flagd_sync_${one.event}`,
      function: one.event === "truncate" ? "on_truncate" : name,
      ...one,
    })),
  ),
  {
    table: "environments_identity",
    name: "flagd_sync_rename",
    event: "rename",
    function: "on_identity_renamed",
    type: 1 + 16,
    oldRows: false,
    newRows: false,
  },
];

/** The tables with triggers of ours, each once. */
export const TRIGGER_TABLES: readonly string[] = [...new Set(OWN_TRIGGERS.map(({ table }) => table))];

const EVENT_SQL: Readonly<Record<string, string>> = {
  insert: "AFTER INSERT ON %t REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
  update: "AFTER UPDATE ON %t REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT",
  delete: "AFTER DELETE ON %t REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT",
  truncate: "AFTER TRUNCATE ON %t FOR EACH STATEMENT",
  // Naming the column (UPDATE OF identifier, OLD.identifier) would make `ALTER COLUMN identifier TYPE` fail.
  rename:
    "AFTER UPDATE ON %t FOR EACH ROW WHEN (to_jsonb(OLD) ->> 'identifier' IS DISTINCT FROM to_jsonb(NEW) ->> 'identifier')",
};

/** Creates a trigger, first removing one of the same name if `replace`: that takes a stronger lock. */
export function createTriggerSql(trigger: OwnTrigger, options: { readonly replace: boolean }): string {
  const { name, table, event } = trigger;
  const drop = options.replace ? `DROP TRIGGER IF EXISTS ${name} ON ${table};\n` : "";
  const definition = (EVENT_SQL[event] ?? "").replace("%t", table);
  return `${drop}CREATE TRIGGER ${name} ${definition} EXECUTE FUNCTION flagd_sync.${trigger.function}();`;
}
