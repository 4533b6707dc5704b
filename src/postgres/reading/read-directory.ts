import { z } from "zod";
import type { DirectoryEntry, EnvironmentKeyRecord, MasterKeyRecord, Obstacle } from "../../model/access.ts";
import type { ProjectSettings } from "../../model/environment.ts";
import { flagSetIdOf } from "../../model/slug.ts";
import { maskKey, sha256Hex } from "../../support/secrets.ts";
import type { Database } from "../connection/database.ts";
import type { FlagsmithColumns } from "../schema/flagsmith-columns.ts";
import { readFlagsmith } from "../schema/schema-storage.ts";
import { readMasterKeys } from "./read-master-keys.ts";

/** All live environments, their keys and those of their organisations at one moment of the database. */
export interface Directory {
  readonly entries: readonly DirectoryEntry[];
  /** None where they cannot be read. */
  readonly masterKeys: readonly MasterKeyRecord[];
  readonly settingsByProject: ReadonlyMap<number, ProjectSettings>;
  /** Epoch milliseconds of the read, by the database's clock. */
  readonly readAtMs: number;
  /** The same in every life of this set-up, and another in every other. */
  readonly installation: string;
}

/** How to read a {@link Directory}. */
export interface ReadDirectoryOptions {
  /** Where the tables are known to lie: a reading from elsewhere is refused. */
  readonly storage?: string | undefined;
  /** Take the settings of projects from this earlier reading, because there is no table of them. */
  readonly known?: Directory | undefined;
}

const environmentRow = z.object({
  environment_id: z.number(),
  environment_name: z.string(),
  client_key: z.string(),
  project_id: z.number(),
  project_name: z.string(),
  organisation_id: z.number(),
  stop_serving_flags: z.boolean(),
  enable_dynamo_db: z.boolean(),
  creating: z.boolean(),
  enabled: z.boolean().nullable(),
  semantics: z.enum(["flagsmith", "value"]).nullable(),
  identity_override_limit: z.number().nullable(),
});

const keyRow = z.object({
  environment_id: z.number(),
  key: z.string(),
  active: z.boolean(),
  expires_at: z.date().nullable(),
});

const momentRow = z.object({ now: z.date(), installation: z.string() });

/**
 * A set-up is known by the microsecond in which its first step was applied: any role that may start a server can read
 * it, and it goes along into a standby, a dump and an upgraded cluster.
 */
const INSTALLATION = `(SELECT to_char(applied_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS.US')
  FROM flagd_sync.migration ORDER BY id LIMIT 1)`;

const SETTINGS = "flagd_sync.project_settings";

/** {@link SETTINGS} as they were known last, from parameter $1. */
const KNOWN_SETTINGS = `json_to_recordset($1::json)
  AS (project_id integer, enabled boolean, semantics text, identity_override_limit integer)`;

/** What can be known of the settings from an earlier reading: a project of which nothing is known is not enabled. */
function knownSettings({ entries, settingsByProject }: Directory): readonly object[] {
  return [...settingsByProject].map(([projectId, { semantics, identityOverrideLimit }]) => ({
    project_id: projectId,
    enabled: entries.some(
      (entry) => entry.projectId === projectId && (entry.obstacle ?? "edge_project") === "edge_project",
    ),
    semantics,
    identity_override_limit: identityOverrideLimit,
  }));
}

/**
 * A clone that never finished stays marked for ever; after so long it is served as it is, as Flagsmith itself does
 * (facts/flagsmith.md, section 1).
 */
const CLONING_AT_MOST = "interval '15 minutes'";

/** One environment's row that lacks something (a broken import) must not keep all others from being served. */
function environmentsSql(columns: FlagsmithColumns, settings: string): string {
  const creating = columns.environmentIsCreating
    ? `e.is_creating AND e.created_date > now() - ${CLONING_AT_MOST}`
    : "false";
  return `SELECT e.id AS environment_id, coalesce(e.name, '') AS environment_name,
       coalesce(e.api_key, '') AS client_key, p.id AS project_id, coalesce(p.name, '') AS project_name,
       o.id AS organisation_id, coalesce(o.stop_serving_flags, false) AS stop_serving_flags,
       coalesce(p.enable_dynamo_db, false) AS enable_dynamo_db, coalesce(${creating}, false) AS creating,
       s.enabled, s.semantics, s.identity_override_limit
  FROM environments_environment e
  JOIN projects_project p ON p.id = e.project_id AND p.deleted_at IS NULL
  JOIN organisations_organisation o ON o.id = p.organisation_id AND o.deleted_at IS NULL
  LEFT JOIN (SELECT * FROM ${settings}) AS s ON s.project_id = p.id
 WHERE e.deleted_at IS NULL
 ORDER BY e.id`;
}

/** Postgres' times go beyond what this program can hold: one far ahead means never, one far behind long ago. */
const KEYS_SQL = `SELECT environment_id, key, coalesce(active, false) AS active,
       CASE WHEN expires_at < '9999-12-31' THEN greatest(expires_at, 'epoch') END AS expires_at
  FROM environments_environmentapikey WHERE environment_id IS NOT NULL AND key IS NOT NULL ORDER BY id`;

function obstacleOf(row: z.infer<typeof environmentRow>): Obstacle | null {
  if (row.stop_serving_flags) return "organisation_stopped";
  if (row.enabled !== true) return "project_not_enabled";
  if (row.enable_dynamo_db) return "edge_project";
  return null;
}

function keyRecord(row: z.infer<typeof keyRow>): EnvironmentKeyRecord {
  return {
    keyHash: sha256Hex(row.key),
    lastFour: maskKey(row.key),
    active: row.active,
    expiresAtMs: row.expires_at?.getTime() ?? null,
  };
}

/**
 * Reads which environments there are, who may read them and what stands in the way. Three queries and one for the
 * clock, whatever the size. Keys leave this function only as hashes.
 *
 * @throws TablesMoved
 */
export function readDirectory(
  database: Database,
  columns: FlagsmithColumns,
  { storage, known }: ReadDirectoryOptions = {},
): Promise<Directory> {
  return readFlagsmith(database, storage, async (snapshot) => {
    const installation = known === undefined ? INSTALLATION : "$1::text";
    const [moment] = z
      .tuple([momentRow])
      .parse(
        await snapshot.query(
          `SELECT clock_timestamp() AS now, ${installation} AS installation`,
          known && [known.installation],
        ),
      );
    const environments = z
      .array(environmentRow)
      .parse(
        await snapshot.query(
          environmentsSql(columns, known === undefined ? SETTINGS : KNOWN_SETTINGS),
          known && [JSON.stringify(knownSettings(known))],
        ),
      );
    const keys = z.array(keyRow).parse(await snapshot.query(KEYS_SQL));
    const masterKeys = columns.masterKeys ? await readMasterKeys(snapshot) : [];
    const keysOf = new Map<number, EnvironmentKeyRecord[]>();
    for (const row of keys) {
      const list = keysOf.get(row.environment_id) ?? [];
      list.push(keyRecord(row));
      keysOf.set(row.environment_id, list);
    }
    const settingsByProject = new Map<number, ProjectSettings>();
    for (const row of environments) {
      settingsByProject.set(row.project_id, {
        semantics: row.semantics ?? "flagsmith",
        identityOverrideLimit: row.identity_override_limit ?? 100,
      });
    }
    return {
      readAtMs: moment.now.getTime(),
      installation: moment.installation,
      settingsByProject,
      masterKeys,
      entries: environments.map((row) => ({
        environmentId: row.environment_id,
        projectId: row.project_id,
        organisationId: row.organisation_id,
        flagSetId: flagSetIdOf(
          { id: row.project_id, name: row.project_name },
          { id: row.environment_id, name: row.environment_name },
        ),
        clientKeyHash: sha256Hex(row.client_key),
        keys: keysOf.get(row.environment_id) ?? [],
        obstacle: obstacleOf(row),
        creating: row.creating,
      })),
    };
  });
}
