-- Every trigger that ought to be there, with the function that it calls. event "rename" is the row-level one.
CREATE FUNCTION flagd_sync.expected_triggers()
RETURNS TABLE (table_name text, event text, trigger_name text, function_name text)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT t.table_name, e.event, 'flagd_sync_' || e.event,
         CASE e.event WHEN 'truncate' THEN 'on_truncate' ELSE t.function_name END
    FROM (VALUES
      ('features_featurestate', 'on_feature_state'),
      ('features_featurestatevalue', 'on_feature_state_value'),
      ('features_featuresegment', 'on_feature_segment'),
      ('features_feature', 'on_feature'),
      ('features_feature_tags', 'on_feature_tag'),
      ('tags_tag', 'on_tag'),
      ('multivariate_multivariatefeatureoption', 'on_option'),
      ('multivariate_multivariatefeaturestatevalue', 'on_allocation'),
      ('feature_versioning_environmentfeatureversion', 'on_version'),
      ('segments_segment', 'on_segment'),
      ('segments_segmentrule', 'on_segment_rule'),
      ('segments_condition', 'on_condition'),
      ('environments_environment', 'on_environment'),
      ('environments_environmentapikey', 'on_environment_key'),
      ('cohorts_cohort', 'on_cohort'),
      ('projects_project', 'on_project'),
      ('organisations_organisation', 'on_organisation'),
      ('flagd_sync.project_settings', 'on_project_settings')
    ) AS t (table_name, function_name)
    CROSS JOIN (VALUES ('insert'), ('update'), ('delete'), ('truncate')) AS e (event)
  UNION ALL
  SELECT 'environments_identity', 'rename', 'flagd_sync_rename', 'on_identity_renamed'
$$;

-- Whether each expected trigger is there and enabled; a table that this Flagsmith does not have needs none.
CREATE FUNCTION flagd_sync.trigger_status()
RETURNS TABLE (table_name text, event text, trigger_name text, function_name text, present boolean)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT x.table_name, x.event, x.trigger_name, x.function_name,
         EXISTS (
           SELECT 1 FROM pg_trigger g
             JOIN pg_proc p ON p.oid = g.tgfoid
             JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE g.tgrelid = to_regclass(x.table_name) AND g.tgname = x.trigger_name
               AND g.tgenabled <> 'D' AND n.nspname = 'flagd_sync' AND p.proname = x.function_name
         )
    FROM flagd_sync.expected_triggers() x
    WHERE to_regclass(x.table_name) IS NOT NULL
$$;

-- Creates what is missing, and only that; run at every `migrate up`, so that it also repairs.
CREATE FUNCTION flagd_sync.install_triggers() RETURNS integer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  missing record;
  created integer := 0;
BEGIN
  FOR missing IN SELECT * FROM flagd_sync.trigger_status() WHERE NOT present ORDER BY table_name, event LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', missing.trigger_name, to_regclass(missing.table_name));
    EXECUTE format(
      CASE missing.event
        WHEN 'insert' THEN 'CREATE TRIGGER %I AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION flagd_sync.%I()'
        WHEN 'update' THEN 'CREATE TRIGGER %I AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION flagd_sync.%I()'
        WHEN 'delete' THEN 'CREATE TRIGGER %I AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION flagd_sync.%I()'
        WHEN 'truncate' THEN 'CREATE TRIGGER %I AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION flagd_sync.%I()'
        ELSE 'CREATE TRIGGER %I AFTER UPDATE OF identifier ON %s FOR EACH ROW WHEN (OLD.identifier IS DISTINCT FROM NEW.identifier) EXECUTE FUNCTION flagd_sync.%I()'
      END,
      missing.trigger_name, to_regclass(missing.table_name), missing.function_name);
    created := created + 1;
  END LOOP;
  RETURN created;
END
$$;
