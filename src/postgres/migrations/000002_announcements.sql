-- A full queue of notifications would make the COMMIT of whoever sends one fail, which no trigger can catch. It fills
-- only behind a listener (of anybody's) that sleeps in a transaction; far ahead of that we fall silent, and the server,
-- which looks at the same figure, compares everything every two seconds instead.
CREATE OR REPLACE FUNCTION flagd_sync.send(message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF pg_notification_queue_usage() < 0.5 THEN
    PERFORM pg_notify('flagd_sync', message);
  END IF;
END
$$;

-- Says on channel flagd_sync which environments, projects, features and segments a statement touched; never a
-- row's content. kind: "now" for what one transaction does completely, "series" for what opens a series of
-- transactions (design decision 10), "directory" for keys, names and settings, "everything" when in doubt.
-- A list that is null means "any". The transaction's own start time makes equal messages of one transaction
-- equal texts, of which Postgres delivers one.
CREATE OR REPLACE FUNCTION flagd_sync.announce(
  kind text, environments integer[], projects integer[], features integer[], segments integer[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  began bigint := floor(extract(epoch FROM now()) * 1000);
  message text;
BEGIN
  IF environments IS NULL AND projects IS NULL THEN
    RETURN;
  END IF;
  message := json_build_object('v', 1, 'kind', kind, 'at', began, 'environments', environments,
    'projects', projects, 'features', features, 'segments', segments)::text;
  IF octet_length(message) > 7000 THEN
    message := json_build_object('v', 1, 'kind', 'everything', 'at', began)::text;
  END IF;
  PERFORM flagd_sync.send(message);
END
$$;

-- A trigger of ours never makes Flagsmith's statement fail (design decision 9): whatever goes wrong in one turns
-- into "everything", which costs a full read and loses nothing; if not even that can be said, nothing is, and the
-- periodic comparison finds the change. lock_timeout: a trigger never waits for long behind an ALTER TABLE of a table
-- that it reads, and gives up well before deadlock_timeout (1 s) would choose a victim.
CREATE OR REPLACE FUNCTION flagd_sync.announce_everything() RETURNS void LANGUAGE sql AS $$
  SELECT flagd_sync.send('{"v":1,"kind":"everything"}')
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
BEGIN
  PERFORM flagd_sync.announce_everything();
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
$$;

-- Drafts of unpublished versions (v2) are silent: publishing them is an UPDATE of the version.
CREATE OR REPLACE FUNCTION flagd_sync.on_feature_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  environments integer[];
  features integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT s.environment_id), array_agg(DISTINCT s.feature_id) INTO environments, features
      FROM new_rows s
      LEFT JOIN feature_versioning_environmentfeatureversion v ON v.uuid = s.environment_feature_version_id
      WHERE s.environment_id IS NOT NULL
        AND (s.environment_feature_version_id IS NULL OR v.published_at IS NOT NULL);
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT s.environment_id), array_agg(DISTINCT s.feature_id) INTO environments, features
      FROM old_rows s
      LEFT JOIN feature_versioning_environmentfeatureversion v ON v.uuid = s.environment_feature_version_id
      WHERE s.environment_id IS NOT NULL
        AND (s.environment_feature_version_id IS NULL OR v.uuid IS NULL OR v.published_at IS NOT NULL);
  ELSE
    SELECT array_agg(DISTINCT s.environment_id), array_agg(DISTINCT s.feature_id) INTO environments, features
      FROM new_rows s
      JOIN old_rows o ON o.id = s.id
      LEFT JOIN feature_versioning_environmentfeatureversion v ON v.uuid = s.environment_feature_version_id
      WHERE s.environment_id IS NOT NULL
        AND (s.environment_feature_version_id IS NULL OR v.published_at IS NOT NULL)
        AND (s.enabled, s.environment_id, s.feature_id, s.identity_id, s.feature_segment_id, s.live_from,
             s.version, s.deleted_at, s.environment_feature_version_id)
          IS DISTINCT FROM
            (o.enabled, o.environment_id, o.feature_id, o.identity_id, o.feature_segment_id, o.live_from,
             o.version, o.deleted_at, o.environment_feature_version_id);
  END IF;
  PERFORM flagd_sync.announce(
    CASE TG_OP WHEN 'INSERT' THEN 'series' ELSE 'now' END, environments, NULL, features, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- For rows that hang on feature states: values and allocations.
CREATE OR REPLACE FUNCTION flagd_sync.announce_states(kind text, states integer[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  environments integer[];
  features integer[];
BEGIN
  SELECT array_agg(DISTINCT s.environment_id), array_agg(DISTINCT s.feature_id) INTO environments, features
    FROM features_featurestate s
    LEFT JOIN feature_versioning_environmentfeatureversion v ON v.uuid = s.environment_feature_version_id
    WHERE s.id = ANY (states) AND s.environment_id IS NOT NULL
      AND (s.environment_feature_version_id IS NULL OR v.published_at IS NOT NULL);
  PERFORM flagd_sync.announce(kind, environments, NULL, features, NULL);
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_feature_state_value() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  states integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(feature_state_id) INTO states FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(feature_state_id) INTO states FROM old_rows;
  ELSE
    SELECT array_agg(n.feature_state_id) INTO states
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.type, n.boolean_value, n.integer_value, n.string_value, n.feature_state_id, n.deleted_at)
        IS DISTINCT FROM
          (o.type, o.boolean_value, o.integer_value, o.string_value, o.feature_state_id, o.deleted_at);
  END IF;
  PERFORM flagd_sync.announce_states(CASE TG_OP WHEN 'INSERT' THEN 'series' ELSE 'now' END, states);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- v1 writes the percentages of a state one by one, so a statement that leaves some of them as they were opens a series.
CREATE OR REPLACE FUNCTION flagd_sync.on_allocation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  states integer[];
  partly boolean := false;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(feature_state_id) INTO states FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(feature_state_id) INTO states FROM old_rows;
  ELSE
    SELECT array_agg(n.feature_state_id),
           bool_or(EXISTS (
             SELECT 1 FROM multivariate_multivariatefeaturestatevalue other
               WHERE other.feature_state_id = n.feature_state_id AND other.id NOT IN (SELECT id FROM new_rows)))
      INTO states, partly
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.percentage_allocation, n.feature_state_id, n.multivariate_feature_option_id)
        IS DISTINCT FROM
          (o.percentage_allocation, o.feature_state_id, o.multivariate_feature_option_id);
  END IF;
  PERFORM flagd_sync.announce_states(CASE WHEN TG_OP = 'INSERT' OR partly THEN 'series' ELSE 'now' END, states);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_feature_segment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  environments integer[];
  features integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT f.environment_id), array_agg(DISTINCT f.feature_id) INTO environments, features
      FROM new_rows f
      LEFT JOIN feature_versioning_environmentfeatureversion v ON v.uuid = f.environment_feature_version_id
      WHERE f.environment_feature_version_id IS NULL OR v.published_at IS NOT NULL;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT f.environment_id), array_agg(DISTINCT f.feature_id) INTO environments, features
      FROM old_rows f
      LEFT JOIN feature_versioning_environmentfeatureversion v ON v.uuid = f.environment_feature_version_id
      WHERE f.environment_feature_version_id IS NULL OR v.uuid IS NULL OR v.published_at IS NOT NULL;
  ELSE
    SELECT array_agg(DISTINCT f.environment_id), array_agg(DISTINCT f.feature_id) INTO environments, features
      FROM new_rows f
      JOIN old_rows o ON o.id = f.id
      LEFT JOIN feature_versioning_environmentfeatureversion v ON v.uuid = f.environment_feature_version_id
      WHERE (f.environment_feature_version_id IS NULL OR v.published_at IS NOT NULL)
        AND (f.priority, f.feature_id, f.segment_id, f.environment_id, f.environment_feature_version_id)
          IS DISTINCT FROM
            (o.priority, o.feature_id, o.segment_id, o.environment_id, o.environment_feature_version_id);
  END IF;
  PERFORM flagd_sync.announce(
    CASE TG_OP WHEN 'INSERT' THEN 'series' ELSE 'now' END, environments, NULL, features, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  environments integer[];
  features integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT environment_id), array_agg(DISTINCT feature_id) INTO environments, features
      FROM new_rows WHERE published_at IS NOT NULL;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT environment_id), array_agg(DISTINCT feature_id) INTO environments, features
      FROM old_rows WHERE published_at IS NOT NULL;
  ELSE
    SELECT array_agg(DISTINCT n.environment_id), array_agg(DISTINCT n.feature_id) INTO environments, features
      FROM new_rows n JOIN old_rows o ON o.uuid = n.uuid
      WHERE (n.published_at, n.live_from, n.deleted_at, n.environment_id, n.feature_id)
        IS DISTINCT FROM (o.published_at, o.live_from, o.deleted_at, o.environment_id, o.feature_id);
  END IF;
  PERFORM flagd_sync.announce('now', environments, NULL, features, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_option() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  touched integer[];
  projects integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT feature_id) INTO touched FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT feature_id) INTO touched FROM old_rows;
  ELSE
    SELECT array_agg(DISTINCT n.feature_id) INTO touched
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (to_jsonb(n) - 'default_percentage_allocation')
        IS DISTINCT FROM (to_jsonb(o) - 'default_percentage_allocation');
  END IF;
  SELECT array_agg(DISTINCT project_id) INTO projects FROM features_feature WHERE id = ANY (touched);
  PERFORM flagd_sync.announce(
    CASE TG_OP WHEN 'INSERT' THEN 'series' ELSE 'now' END, NULL, projects, touched, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_feature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  projects integer[];
  features integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT project_id), array_agg(id) INTO projects, features FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT project_id), array_agg(id) INTO projects, features FROM old_rows;
  ELSE
    SELECT array_agg(DISTINCT n.project_id), array_agg(n.id) INTO projects, features
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.name, n.description, n.project_id, n.deleted_at)
        IS DISTINCT FROM (o.name, o.description, o.project_id, o.deleted_at);
  END IF;
  PERFORM flagd_sync.announce(
    CASE TG_OP WHEN 'INSERT' THEN 'series' ELSE 'now' END, NULL, projects, features, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_feature_tag() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  touched integer[];
  projects integer[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT feature_id) INTO touched FROM old_rows;
  ELSE
    SELECT array_agg(DISTINCT feature_id) INTO touched FROM new_rows;
  END IF;
  SELECT array_agg(DISTINCT project_id) INTO projects FROM features_feature WHERE id = ANY (touched);
  PERFORM flagd_sync.announce('now', NULL, projects, touched, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- Insertion and deletion of a tag show in features_feature_tags; only a new label is of interest here.
CREATE OR REPLACE FUNCTION flagd_sync.on_tag() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  projects integer[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    SELECT array_agg(DISTINCT n.project_id) INTO projects
      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.label IS DISTINCT FROM o.label;
    PERFORM flagd_sync.announce('now', NULL, projects, NULL, NULL);
  END IF;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- Segments by their rules, walking up nested rules. Only live segments count: revisions and drafts are rows whose
-- version_of_id names another (facts: flagsmith.md, section 3). A segment younger than ten seconds is still being
-- created, transaction by transaction; an older one is edited in one, but only since 2.263, which is also when rules_data
-- came: before, an edit and a committed change request replaced rules and conditions one by one.
CREATE OR REPLACE FUNCTION flagd_sync.announce_segments(segments integer[], rules integer[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  touched integer[];
  projects integer[];
  unfinished boolean;
BEGIN
  WITH RECURSIVE up AS (
    SELECT r.id, r.rule_id, r.segment_id FROM segments_segmentrule r WHERE r.id = ANY (rules)
    UNION
    SELECT p.id, p.rule_id, p.segment_id FROM segments_segmentrule p JOIN up ON p.id = up.rule_id
  )
  SELECT array_agg(DISTINCT s.id), array_agg(DISTINCT s.project_id),
         bool_or(NOT to_jsonb(s) ? 'rules_data' OR coalesce(
           (to_jsonb(s) ->> 'created_at')::timestamptz > clock_timestamp() - interval '10 seconds', false))
    INTO touched, projects, unfinished
    FROM segments_segment s
    WHERE (s.id = ANY (segments) OR s.id IN (SELECT up.segment_id FROM up))
      AND (s.version_of_id = s.id OR s.version_of_id IS NULL);
  PERFORM flagd_sync.announce(CASE WHEN unfinished THEN 'series' ELSE 'now' END, NULL, projects, NULL, touched);
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_segment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  segments integer[];
  projects integer[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT id), array_agg(DISTINCT project_id) INTO segments, projects FROM old_rows;
    PERFORM flagd_sync.announce('now', NULL, projects, NULL, segments);
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(id) INTO segments FROM new_rows;
  ELSE
    SELECT array_agg(n.id) INTO segments
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.name, n.project_id, n.feature_id, n.deleted_at, n.version_of_id)
        IS DISTINCT FROM (o.name, o.project_id, o.feature_id, o.deleted_at, o.version_of_id);
  END IF;
  PERFORM flagd_sync.announce_segments(segments, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_segment_rule() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  segments integer[];
  rules integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(segment_id), array_agg(rule_id) INTO segments, rules FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(segment_id), array_agg(rule_id) INTO segments, rules FROM old_rows;
  ELSE
    SELECT array_agg(n.segment_id), array_agg(n.rule_id) INTO segments, rules
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.type, n.rule_id, n.segment_id, n.deleted_at)
        IS DISTINCT FROM (o.type, o.rule_id, o.segment_id, o.deleted_at);
  END IF;
  PERFORM flagd_sync.announce_segments(segments, rules);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_condition() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  rules integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(rule_id) INTO rules FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(rule_id) INTO rules FROM old_rows;
  ELSE
    SELECT array_agg(n.rule_id) INTO rules
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.operator, n.property, n.value, n.rule_id, n.deleted_at)
        IS DISTINCT FROM (o.operator, o.property, o.value, o.rule_id, o.deleted_at);
  END IF;
  PERFORM flagd_sync.announce_segments(NULL, rules);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- updated_at and first_evaluated_* move at every audited change and say nothing (facts: flagsmith.md, section 6).
-- A switch of versioning and a clone are series of more than a hundred transactions.
CREATE OR REPLACE FUNCTION flagd_sync.on_environment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  environments integer[];
  switched integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(id) INTO environments FROM new_rows;
    switched := environments;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(id) INTO environments FROM old_rows;
  ELSE
    SELECT array_agg(n.id),
           array_agg(n.id) FILTER (WHERE n.use_v2_feature_versioning <> o.use_v2_feature_versioning)
      INTO environments, switched
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (to_jsonb(n) - '{updated_at,first_evaluated_at,first_evaluated_sdk_label,webhook_url,webhooks_enabled,banner_text,banner_colour,description}'::text[])
        IS DISTINCT FROM
            (to_jsonb(o) - '{updated_at,first_evaluated_at,first_evaluated_sdk_label,webhook_url,webhooks_enabled,banner_text,banner_colour,description}'::text[]);
  END IF;
  PERFORM flagd_sync.announce('series', switched, NULL, NULL, NULL);
  PERFORM flagd_sync.announce('directory', environments, NULL, NULL, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_environment_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  environments integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT environment_id) INTO environments FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT environment_id) INTO environments FROM old_rows;
  ELSE
    SELECT array_agg(DISTINCT touched.id) INTO environments
      FROM new_rows n
      JOIN old_rows o ON o.id = n.id
      CROSS JOIN LATERAL (VALUES (n.environment_id), (o.environment_id)) AS touched (id)
      WHERE (n.key, n.active, n.expires_at, n.environment_id)
        IS DISTINCT FROM (o.key, o.active, o.expires_at, o.environment_id);
  END IF;
  PERFORM flagd_sync.announce('directory', environments, NULL, NULL, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- A key belongs to an organisation, perhaps one without any project: the list of environments is empty, not unknown.
CREATE OR REPLACE FUNCTION flagd_sync.on_master_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  touched boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT count(*) > 0 INTO touched FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) > 0 INTO touched FROM old_rows;
  ELSE
    SELECT count(*) > 0 INTO touched
      FROM new_rows n FULL JOIN old_rows o ON o.id = n.id
      WHERE (to_jsonb(n) - '{name,created,created_by_id}'::text[])
        IS DISTINCT FROM (to_jsonb(o) - '{name,created,created_by_id}'::text[]);
  END IF;
  PERFORM flagd_sync.announce('directory', CASE WHEN touched THEN '{}'::integer[] END, NULL, NULL, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- Row-level, and called only for a new identifier: the table itself is hot.
CREATE OR REPLACE FUNCTION flagd_sync.on_identity_renamed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
BEGIN
  PERFORM flagd_sync.announce('now', ARRAY[NEW.environment_id], NULL, NULL, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- A cohort's members are rows of a hot table, which has no trigger; each synchronisation also moves its version.
CREATE OR REPLACE FUNCTION flagd_sync.on_cohort() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  environments integer[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT environment_id) INTO environments FROM old_rows;
  ELSE
    SELECT array_agg(DISTINCT environment_id) INTO environments FROM new_rows;
  END IF;
  PERFORM flagd_sync.announce('now', environments, NULL, NULL, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_project() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  projects integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(id) INTO projects FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(id) INTO projects FROM old_rows;
  ELSE
    SELECT array_agg(n.id) INTO projects
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE (n.name, n.organisation_id, n.enable_dynamo_db, n.deleted_at)
        IS DISTINCT FROM (o.name, o.organisation_id, o.enable_dynamo_db, o.deleted_at);
  END IF;
  PERFORM flagd_sync.announce('directory', NULL, projects, NULL, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

-- One without any project matters too: a master API key may follow it.
CREATE OR REPLACE FUNCTION flagd_sync.on_organisation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  projects integer[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    SELECT CASE WHEN count(*) > 0 THEN coalesce(array_agg(p.id) FILTER (WHERE p.id IS NOT NULL), '{}') END
      INTO projects
      FROM new_rows n
      JOIN old_rows o ON o.id = n.id
      LEFT JOIN projects_project p ON p.organisation_id = n.id
      WHERE (n.stop_serving_flags, n.deleted_at) IS DISTINCT FROM (o.stop_serving_flags, o.deleted_at);
    PERFORM flagd_sync.announce('directory', NULL, projects, NULL, NULL);
  END IF;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION flagd_sync.on_project_settings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '100ms' AS $$
DECLARE
  projects integer[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(project_id) INTO projects FROM old_rows;
  ELSE
    SELECT array_agg(project_id) INTO projects FROM new_rows;
  END IF;
  PERFORM flagd_sync.announce('directory', NULL, projects, NULL, NULL);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  BEGIN PERFORM flagd_sync.announce_everything(); EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN NULL;
END
$$;
