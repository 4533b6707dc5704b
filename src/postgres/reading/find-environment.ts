import { z } from "zod";
import type { ProjectSettings } from "../../model/environment.ts";
import type { Queryable } from "../connection/database.ts";

/** Where a server-side key leads, without asking whether it may be served: for `export` and `diagnose`. */
export interface FoundEnvironment {
  readonly environmentId: number;
  readonly projectId: number;
  readonly settings: ProjectSettings;
}

const foundRow = z.object({ environment_id: z.number(), project_id: z.number() });
const settingsRow = z.object({
  semantics: z.enum(["flagsmith", "value"]),
  identity_override_limit: z.number(),
});
const versionRow = z.object({ version: z.date() });

async function hasOwnSchema(database: Queryable): Promise<boolean> {
  const rows = await database.query("SELECT 1 WHERE to_regclass('flagd_sync.environment_head') IS NOT NULL");
  return rows.length > 0;
}

/** Finds the live environment of a key; `undefined`: there is none. Works before `migrate up` too. */
export async function findEnvironment(
  database: Queryable,
  key: string,
): Promise<FoundEnvironment | undefined> {
  const [found] = z.array(foundRow).parse(
    await database.query(
      `SELECT e.id AS environment_id, e.project_id FROM environments_environmentapikey k
         JOIN environments_environment e ON e.id = k.environment_id AND e.deleted_at IS NULL
         JOIN projects_project p ON p.id = e.project_id AND p.deleted_at IS NULL
         JOIN organisations_organisation o ON o.id = p.organisation_id AND o.deleted_at IS NULL
        WHERE k.key = $1`,
      [key],
    ),
  );
  if (found === undefined) return undefined;
  const [settings] = (await hasOwnSchema(database))
    ? z
        .array(settingsRow)
        .parse(
          await database.query(
            "SELECT semantics, identity_override_limit FROM flagd_sync.project_settings WHERE project_id = $1",
            [found.project_id],
          ),
        )
    : [];
  return {
    environmentId: found.environment_id,
    projectId: found.project_id,
    settings: {
      semantics: settings?.semantics ?? "flagsmith",
      identityOverrideLimit: settings?.identity_override_limit ?? 100,
    },
  };
}

/** The version that the servers agreed on for a content, epoch milliseconds; `undefined`: none published it yet. */
export async function publishedVersionMs(
  database: Queryable,
  environmentId: number,
  hash: string,
): Promise<number | undefined> {
  if (!(await hasOwnSchema(database))) return undefined;
  const [row] = z
    .array(versionRow)
    .parse(
      await database.query(
        "SELECT version FROM flagd_sync.environment_head WHERE environment_id = $1 AND hash = $2",
        [environmentId, hash],
      ),
    );
  return row?.version.getTime();
}
