/** SQL that gives the id of a feature, of its own state in Development, or of a segment. */
const feature = (name: string): string => `(SELECT id FROM features_feature WHERE name = '${name}')`;
const DEVELOPMENT = "(SELECT id FROM environments_environment WHERE name = 'Development')";
const state = (name: string): string =>
  `(SELECT id FROM features_featurestate WHERE feature_id = ${feature(name)} AND environment_id = ${DEVELOPMENT}
     AND identity_id IS NULL AND feature_segment_id IS NULL AND live_from <= now())`;
const segment = (name: string): string =>
  `(SELECT id FROM segments_segment WHERE name = '${name}' AND id = version_of_id)`;
const topRule = (name: string): string =>
  `(SELECT id FROM segments_segmentrule WHERE segment_id = ${segment(name)})`;
const nestedRules = (name: string): string =>
  `(SELECT id FROM segments_segmentrule WHERE rule_id = ${topRule(name)})`;

/** Rows that are spoilt, and what may come of it. */
export interface BadRowCase {
  readonly sql: readonly string[];
  /** Flags that may differ from what they were. */
  readonly touches?: readonly string[];
  /** Flags that are no longer there. */
  readonly leftOut?: readonly string[];
  /** A warning that is new, as `reason feature detail`; absent: none is. */
  readonly warns?: RegExp;
}

/** `beta_testers` decides in these two. */
const BETA = ["new_checkout", "search_algorithm"];

/** By what is wrong. */
export const BAD_ROWS: Readonly<Record<string, BadRowCase>> = {
  "a state without a value row": {
    sql: [`DELETE FROM features_featurestatevalue WHERE feature_state_id = ${state("items_per_page")}`],
    touches: ["items_per_page"],
    warns: /type_mismatch|^$/,
  },
  "a state with two value rows": {
    sql: [
      `INSERT INTO features_featurestatevalue (feature_state_id, type, string_value, uuid)
       VALUES (${state("banner_text")}, 'unicode', 'another', gen_random_uuid())`,
    ],
    leftOut: ["banner_text"],
    warns:
      /^unreadable_row - feature=banner_text; features_featurestate \d+: it has several values; it is left out$/,
  },
  "a value of an unknown type": {
    sql: [
      `UPDATE features_featurestatevalue SET type = 'float' WHERE feature_state_id = ${state("vat_rate")}`,
    ],
  },
  "a whole number beyond 32 bits": {
    sql: [
      "ALTER TABLE features_featurestatevalue ALTER integer_value TYPE bigint",
      `UPDATE features_featurestatevalue SET integer_value = 4503599627370497 WHERE feature_state_id = ${state("items_per_page")}`,
    ],
    touches: ["items_per_page"],
  },
  "a whole number beyond what a double holds": {
    sql: [
      "ALTER TABLE features_featurestatevalue ALTER integer_value TYPE bigint",
      `UPDATE features_featurestatevalue SET integer_value = 9223372036854775807 WHERE feature_state_id = ${state("items_per_page")}`,
    ],
    leftOut: ["items_per_page"],
    warns: /^unreadable_row - feature=items_per_page; features_featurestate \d+: integer_value /,
  },
  "20,000 characters": {
    sql: [
      `UPDATE features_featurestatevalue SET string_value = repeat('ä', 20000) WHERE feature_state_id = ${state("banner_text")}`,
    ],
    touches: ["banner_text"],
  },
  "an unknown operator": {
    sql: [
      `UPDATE segments_condition SET operator = 'SOUNDS_LIKE' WHERE rule_id IN ${nestedRules("beta_testers")}`,
    ],
    touches: BETA,
    warns: /^unknown_operator new_checkout /,
  },
  "an unknown type of rule": {
    sql: [`UPDATE segments_segmentrule SET type = 'SOME' WHERE id = ${topRule("beta_testers")}`],
    touches: BETA,
    warns: /^unknown_operator new_checkout /,
  },
  "an invalid regex": {
    sql: [
      `UPDATE segments_condition SET operator = 'REGEX', value = '((' WHERE rule_id IN ${nestedRules("beta_testers")}`,
    ],
    touches: BETA,
    warns: /^(malformed_value|regex_unsupported) new_checkout /,
  },
  "a rule that is its own parent": {
    sql: [`UPDATE segments_segmentrule SET rule_id = id WHERE id = ${topRule("beta_testers")}`],
    touches: BETA,
    warns: /^unreadable_row - segment=beta_testers; .*in a circle; nobody is in it$/,
  },
  "two rules that are one another's parents": {
    sql: [
      `UPDATE segments_segmentrule SET rule_id = ${nestedRules("beta_testers")} WHERE id = ${topRule("beta_testers")}`,
    ],
    touches: BETA,
    warns: /^unreadable_row - segment=beta_testers; .*in a circle; nobody is in it$/,
  },
  "5,000 rules, each below the other": {
    sql: [
      `INSERT INTO segments_segmentrule (id, type, rule_id, uuid, created_at, updated_at)
       SELECT 100000 + n, 'ALL', CASE n WHEN 1 THEN ${topRule("beta_testers")} ELSE 100000 + n - 1 END,
         gen_random_uuid(), now(), now() FROM generate_series(1, 5000) n`,
    ],
    touches: BETA,
    warns: /^unreadable_row - segment=beta_testers; .*nested too deep/,
  },
  "a percentage above 100": {
    sql: [
      `UPDATE multivariate_multivariatefeaturestatevalue SET percentage_allocation = 1e300 WHERE feature_state_id = ${state("search_algorithm")}`,
    ],
    touches: ["search_algorithm"],
  },
  "a negative percentage": {
    sql: [
      `UPDATE multivariate_multivariatefeaturestatevalue SET percentage_allocation = -5 WHERE feature_state_id = ${state("search_algorithm")}`,
    ],
    touches: ["search_algorithm"],
  },
  "a percentage that is no number": {
    sql: [
      `UPDATE multivariate_multivariatefeaturestatevalue SET percentage_allocation = 'NaN' WHERE feature_state_id = ${state("search_algorithm")}`,
    ],
    leftOut: ["search_algorithm"],
    warns:
      /^unreadable_row - feature=search_algorithm; .* percentage_allocation is no usable number \(and 1 more\)/,
  },
  "a share of an option that is gone": {
    sql: [
      `DELETE FROM multivariate_multivariatefeatureoption WHERE feature_id = ${feature("button_colour")} AND key = 'green'`,
    ],
    touches: ["button_colour"],
  },
  "an override whose feature segment is gone": {
    sql: [`DELETE FROM features_featuresegment WHERE segment_id = ${segment("staff")}`],
    touches: ["staff_tools"],
  },
  "an override whose identity is gone": {
    sql: ["DELETE FROM environments_identity WHERE identifier = '007'"],
    touches: ["debug_toolbar"],
  },
  "a segment of another project": {
    sql: [`UPDATE segments_segment SET project_id = -1 WHERE id = ${segment("staff")}`],
    touches: ["staff_tools"],
  },
  "two features of one name": {
    sql: [
      `INSERT INTO features_featurestate SELECT (jsonb_populate_record(s, '{"id": 5000, "feature_id": 5000, "enabled": false}')).*
         FROM features_featurestate s WHERE id = ${state("dark_theme")}`,
      `INSERT INTO features_feature SELECT (jsonb_populate_record(f, '{"id": 5000}')).* FROM features_feature f WHERE name = 'dark_theme'`,
    ],
    leftOut: ["dark_theme"],
    warns: /^unreadable_row dark_theme 2 features have this name; the newest is served$/,
  },
  "names that differ in case alone": {
    sql: [`UPDATE features_feature SET name = 'DARK_theme' WHERE name = 'guest_checkout'`],
    touches: ["guest_checkout"],
  },
  "a negative id": {
    sql: [
      `INSERT INTO features_feature SELECT (jsonb_populate_record(f, '{"id": -5, "name": "negative"}')).* FROM features_feature f WHERE name = 'dark_theme'`,
      `INSERT INTO features_featurestate SELECT (jsonb_populate_record(s, '{"id": -5, "feature_id": -5}')).*
         FROM features_featurestate s WHERE id = ${state("dark_theme")}`,
    ],
  },
  "live from the beginning of time": {
    sql: [
      `UPDATE features_featurestate SET live_from = '-infinity', updated_at = '-infinity' WHERE id = ${state("dark_theme")}`,
    ],
  },
  "never live": {
    sql: [`UPDATE features_featurestate SET live_from = 'infinity' WHERE id = ${state("dark_theme")}`],
    leftOut: ["dark_theme"],
  },
  "live from a year that JavaScript does not know": {
    sql: [`UPDATE features_featurestate SET live_from = '290000-01-01' WHERE id = ${state("dark_theme")}`],
    leftOut: ["dark_theme"],
  },
  "changed at the end of time": {
    sql: [
      `UPDATE features_featurestate SET updated_at = 'infinity' WHERE id = ${state("dark_theme")}`,
      "UPDATE environments_environment SET updated_at = 'infinity'",
    ],
  },
  "NULL for on or off": {
    sql: [`UPDATE features_featurestate SET enabled = NULL WHERE id = ${state("banner_text")}`],
    leftOut: ["banner_text"],
    warns:
      /^unreadable_row - feature=banner_text; features_featurestate \d+: enabled is missing; it is left out$/,
  },
  "NULL for a feature's name": {
    sql: ["UPDATE features_feature SET name = NULL WHERE name = 'banner_text'"],
    leftOut: ["banner_text"],
    warns: /^unreadable_row - feature=\d+; features_feature \d+: name is missing; it is left out$/,
  },
  "NULL for a state's feature": {
    sql: [`UPDATE features_featurestate SET feature_id = NULL WHERE id = ${state("banner_text")}`],
    leftOut: ["banner_text"],
  },
  "NULL for a priority": {
    sql: [`UPDATE features_featuresegment SET priority = NULL WHERE feature_id = ${feature("banner_text")}`],
    touches: ["banner_text"],
  },
  "NULL for a type of rule": {
    sql: [`UPDATE segments_segmentrule SET type = NULL WHERE id IN ${nestedRules("beta_testers")}`],
    touches: BETA,
    warns:
      /^unreadable_row - segment=beta_testers; segments_segmentrule \d+: type is missing; nobody is in it$/,
  },
  "NULL for an operator": {
    sql: [`UPDATE segments_condition SET operator = NULL WHERE rule_id IN ${nestedRules("beta_testers")}`],
    touches: BETA,
    warns:
      /^unreadable_row - segment=beta_testers; segments_condition \d+: operator is missing; nobody is in it$/,
  },
  "NULL for a segment's name": {
    sql: ["UPDATE segments_segment SET name = NULL WHERE name = 'beta_testers'"],
    touches: BETA,
    warns: /^unreadable_row - segment=segment-\d+; segments_segment \d+: name is missing; nobody is in it$/,
  },
  "NULL for a percentage": {
    sql: [
      `UPDATE multivariate_multivariatefeaturestatevalue SET percentage_allocation = NULL WHERE feature_state_id = ${state("search_algorithm")}`,
    ],
    leftOut: ["search_algorithm"],
    warns: /^unreadable_row - feature=search_algorithm; .*percentage_allocation is missing/,
  },
  "NULL for an option's feature": {
    sql: [
      `UPDATE multivariate_multivariatefeatureoption SET feature_id = NULL WHERE feature_id = ${feature("button_colour")}`,
    ],
    touches: ["button_colour"],
  },
  "NULL for a tag's label": {
    sql: ["UPDATE tags_tag SET label = NULL WHERE label = 'operations'"],
    touches: ["maintenance_mode", "staff_tools", "debug_toolbar"],
  },
  "NULL for an environment's name, key and kind of versioning": {
    sql: [
      "UPDATE environments_environment SET name = NULL, api_key = NULL, use_v2_feature_versioning = NULL WHERE name = 'Development'",
    ],
    touches: ["debug_toolbar"],
  },
  "5,000 identity overrides": {
    sql: [
      `INSERT INTO environments_identity (id, identifier, created_date, environment_id)
       SELECT 100000 + n, 'person ' || n, now(), ${DEVELOPMENT} FROM generate_series(1, 5000) n`,
      `INSERT INTO features_featurestate (id, enabled, environment_id, feature_id, identity_id, created_at, updated_at,
         live_from, version, uuid)
       SELECT 100000 + n, false, ${DEVELOPMENT}, ${feature("dark_theme")}, 100000 + n, now(), now(), now(), 1,
         gen_random_uuid() FROM generate_series(1, 5000) n`,
    ],
    touches: ["dark_theme"],
    warns: /^identity_override_limit_exceeded dark_theme 4900 /,
  },
};
