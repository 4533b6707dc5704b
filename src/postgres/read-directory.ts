import { z } from "zod";
import type { DirectoryEntry, EnvironmentKeyRecord, Obstacle } from "../model/access.ts";
import type { ProjectSettings } from "../model/environment.ts";
import { flagSetIdOf } from "../model/slug.ts";
import { maskKey, sha256Hex } from "../support/secrets.ts";
import type { Database } from "./database.ts";
import type { FlagsmithColumns } from "./flagsmith-columns.ts";

/** All live environments and their keys at one moment of the database. */
export interface Directory {
  readonly entries: readonly DirectoryEntry[];
  readonly settingsByProject: ReadonlyMap<number, ProjectSettings>;
  /** Epoch milliseconds of the read, by the database's clock. */
  readonly readAtMs: number;
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

const clockRow = z.object({ now: z.date() });

/**
 * A clone that never finished stays marked for ever; after so long it is served as it is, as Flagsmith itself does
 * (facts/flagsmith.md, section 1).
 */
const CLONING_AT_MOST = "interval '15 minutes'";

function environmentsSql(columns: FlagsmithColumns): string {
  const creating = columns.environmentIsCreating
    ? `e.is_creating AND e.created_date > now() - ${CLONING_AT_MOST}`
    : "false";
  return `SELECT e.id AS environment_id, e.name AS environment_name, e.api_key AS client_key,
       p.id AS project_id, p.name AS project_name, o.id AS organisation_id,
       o.stop_serving_flags, p.enable_dynamo_db, ${creating} AS creating,
       s.enabled, s.semantics, s.identity_override_limit
  FROM environments_environment e
  JOIN projects_project p ON p.id = e.project_id AND p.deleted_at IS NULL
  JOIN organisations_organisation o ON o.id = p.organisation_id AND o.deleted_at IS NULL
  LEFT JOIN flagd_sync.project_settings s ON s.project_id = p.id
 WHERE e.deleted_at IS NULL
 ORDER BY e.id`;
}

const KEYS_SQL =
  "SELECT environment_id, key, active, expires_at FROM environments_environmentapikey ORDER BY id";

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
 * Reads which environments there are, who may read them and what stands in the way. Two queries and one for the
 * clock, whatever the size. Keys leave this function only as hashes.
 */
export function readDirectory(database: Database, columns: FlagsmithColumns): Promise<Directory> {
  return database.readSnapshot(async (snapshot) => {
    const [clock] = z.array(clockRow).parse(await snapshot.query("SELECT clock_timestamp() AS now"));
    const environments = z.array(environmentRow).parse(await snapshot.query(environmentsSql(columns)));
    const keys = z.array(keyRow).parse(await snapshot.query(KEYS_SQL));
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
      readAtMs: clock?.now.getTime() ?? 0,
      settingsByProject,
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
