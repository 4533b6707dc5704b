-- Steps may be run again: `migrate up` does so where something of ours is missing or was altered.

-- What projects chose. A project without a row, or with enabled = false, is not served.
CREATE TABLE IF NOT EXISTS flagd_sync.project_settings (
  project_id integer PRIMARY KEY,
  enabled boolean NOT NULL DEFAULT true,
  semantics text NOT NULL DEFAULT 'flagsmith' CHECK (semantics IN ('flagsmith', 'value')),
  identity_override_limit integer NOT NULL DEFAULT 100 CHECK (identity_override_limit BETWEEN 0 AND 100000),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- The newest revision of each environment, agreed on by all replicas: the first that sees a new hash
-- writes hash and time, the others read them (design decision 11). seen_at orders reads of the database, so that one
-- which was overtaken is recognised: [xmax, xmin, -running] of the snapshot only ever grows, and between reads of one
-- snapshot the clock decides, in microseconds, since time alone makes a change live.
CREATE TABLE IF NOT EXISTS flagd_sync.environment_head (
  environment_id integer PRIMARY KEY,
  hash text NOT NULL,
  version timestamptz NOT NULL,
  seen_at bigint[] NOT NULL
);

-- The history of revisions; the last 200 of an environment are kept.
CREATE TABLE IF NOT EXISTS flagd_sync.revision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment_id integer NOT NULL,
  hash text NOT NULL,
  version timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS revision_environment ON flagd_sync.revision (environment_id, id DESC);

-- Agrees on the version of a content. outdated: another replica already recorded a later read, and this
-- content must not be published. A recorded position ahead of the present one stems from another life of the
-- database (a restored dump) and is not believed; neither is a clock that was ahead of the present time.
CREATE OR REPLACE FUNCTION flagd_sync.record_revision(
  of_environment integer, content_hash text, read_at timestamptz, read_position bigint[],
  OUT agreed_version timestamptz, OUT outdated boolean
) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  head flagd_sync.environment_head;
  present bigint := txid_snapshot_xmax(txid_current_snapshot());
BEGIN
  -- Not worth a disk flush: losing the last revisions in a crash only makes their contents new again.
  PERFORM set_config('synchronous_commit', 'off', true);
  outdated := false;
  INSERT INTO flagd_sync.environment_head (environment_id, hash, version, seen_at)
    VALUES (of_environment, content_hash, date_trunc('milliseconds', read_at), read_position)
    ON CONFLICT (environment_id) DO NOTHING;
  IF FOUND THEN
    agreed_version := date_trunc('milliseconds', read_at);
    INSERT INTO flagd_sync.revision (environment_id, hash, version)
      VALUES (of_environment, content_hash, agreed_version);
    RETURN;
  END IF;

  SELECT * INTO head FROM flagd_sync.environment_head WHERE environment_id = of_environment FOR UPDATE;
  IF head.hash = content_hash THEN
    agreed_version := head.version;
    IF head.seen_at < read_position THEN
      UPDATE flagd_sync.environment_head SET seen_at = read_position WHERE environment_id = of_environment;
    END IF;
  ELSIF head.seen_at > read_position AND head.seen_at[1] <= present
      AND coalesce(head.seen_at[4] <= extract(epoch FROM clock_timestamp()) * 1000000, true) THEN
    agreed_version := head.version;
    outdated := true;
  ELSE
    agreed_version := greatest(
      date_trunc('milliseconds', read_at), head.version + interval '1 millisecond');
    UPDATE flagd_sync.environment_head
      SET hash = content_hash, version = agreed_version, seen_at = read_position
      WHERE environment_id = of_environment;
    INSERT INTO flagd_sync.revision (environment_id, hash, version)
      VALUES (of_environment, content_hash, agreed_version);
    DELETE FROM flagd_sync.revision WHERE environment_id = of_environment AND id < (
      SELECT min(id) FROM (
        SELECT id FROM flagd_sync.revision WHERE environment_id = of_environment ORDER BY id DESC LIMIT 200
      ) AS kept);
  END IF;
END
$$;
