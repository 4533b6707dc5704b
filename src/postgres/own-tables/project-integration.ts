import { z } from "zod";
import type { IntegrationChoice, ProjectIntegration } from "../../model/integration.ts";
import type { Queryable } from "../connection/database.ts";

const integrationRow = z.object({
  project_id: z.number(),
  enabled: z.boolean(),
  semantics: z.enum(["flagsmith", "value"]),
  identity_override_limit: z.number(),
  created_at: z.date(),
  updated_at: z.date(),
});

const COLUMNS = "project_id, enabled, semantics, identity_override_limit, created_at, updated_at";

function decode(rows: readonly unknown[]): ProjectIntegration | undefined {
  const [row] = z.array(integrationRow).parse(rows);
  return (
    row && {
      projectId: row.project_id,
      enabled: row.enabled,
      semantics: row.semantics,
      identityOverrideLimit: row.identity_override_limit,
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    }
  );
}

/** What a project chose; `undefined`: it never did. */
export async function readIntegration(
  database: Queryable,
  projectId: number,
): Promise<ProjectIntegration | undefined> {
  return decode(
    await database.query(`SELECT ${COLUMNS} FROM flagd_sync.project_settings WHERE project_id = $1`, [
      projectId,
    ]),
  );
}

/** Configures a project for the first time; `undefined`: it was configured already, and nothing was changed. */
export async function createIntegration(
  database: Queryable,
  projectId: number,
  choice: IntegrationChoice,
): Promise<ProjectIntegration | undefined> {
  return decode(
    await database.query(
      `INSERT INTO flagd_sync.project_settings (project_id, enabled, semantics, identity_override_limit)
         VALUES ($1, coalesce($2, false), coalesce($3, 'flagsmith'), coalesce($4, 100))
       ON CONFLICT (project_id) DO NOTHING RETURNING ${COLUMNS}`,
      [projectId, choice.enabled ?? null, choice.semantics ?? null, choice.identityOverrideLimit ?? null],
    ),
  );
}

/** Changes what a project chose; `undefined`: it is not configured. */
export async function updateIntegration(
  database: Queryable,
  projectId: number,
  choice: IntegrationChoice,
): Promise<ProjectIntegration | undefined> {
  return decode(
    await database.query(
      `UPDATE flagd_sync.project_settings SET enabled = coalesce($2, enabled),
              semantics = coalesce($3, semantics),
              identity_override_limit = coalesce($4, identity_override_limit), updated_at = now()
        WHERE project_id = $1 RETURNING ${COLUMNS}`,
      [projectId, choice.enabled ?? null, choice.semantics ?? null, choice.identityOverrideLimit ?? null],
    ),
  );
}

/** Forgets what a project chose, so that it is no longer served; `false`: there was nothing. */
export async function deleteIntegration(database: Queryable, projectId: number): Promise<boolean> {
  const gone = await database.query(
    "DELETE FROM flagd_sync.project_settings WHERE project_id = $1 RETURNING project_id",
    [projectId],
  );
  return gone.length > 0;
}
