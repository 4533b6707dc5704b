/** own-tables: what we keep in `flagd_sync`: settings of projects, and the versions that replicas agreed on. */
import { z } from "zod";
import type { Semantics } from "../../model/environment.ts";
import { FlagsmithFlagdError } from "../../support/errors.ts";
import type { Queryable } from "../connection/database.ts";

/** A live project and what it chose. */
export interface ProjectListing {
  readonly projectId: number;
  readonly name: string;
  readonly organisation: string;
  readonly enabled: boolean;
  readonly semantics: Semantics;
  readonly identityOverrideLimit: number;
}

/** What `project enable` may set; a member left out keeps its value. */
export interface ProjectChoice {
  readonly enabled: boolean;
  readonly semantics?: Semantics;
  readonly identityOverrideLimit?: number;
}

const listingRow = z.object({
  id: z.number(),
  name: z.string(),
  organisation: z.string(),
  enabled: z.boolean(),
  semantics: z.enum(["flagsmith", "value"]),
  identity_override_limit: z.number(),
});

/** All live projects in id order. */
export async function listProjects(database: Queryable): Promise<readonly ProjectListing[]> {
  const rows = z.array(listingRow).parse(
    await database.query(
      `SELECT p.id, p.name, o.name AS organisation, coalesce(s.enabled, false) AS enabled,
              coalesce(s.semantics, 'flagsmith') AS semantics,
              coalesce(s.identity_override_limit, 100) AS identity_override_limit
         FROM projects_project p
         JOIN organisations_organisation o ON o.id = p.organisation_id AND o.deleted_at IS NULL
         LEFT JOIN flagd_sync.project_settings s ON s.project_id = p.id
        WHERE p.deleted_at IS NULL ORDER BY p.id`,
    ),
  );
  return rows.map((row) => ({
    projectId: row.id,
    name: row.name,
    organisation: row.organisation,
    enabled: row.enabled,
    semantics: row.semantics,
    identityOverrideLimit: row.identity_override_limit,
  }));
}

/**
 * Switches the integration on or off for a project; running servers take it at once.
 *
 * @throws FlagsmithFlagdError PROJECT_UNKNOWN
 */
export async function chooseForProject(
  database: Queryable,
  projectId: number,
  choice: ProjectChoice,
): Promise<void> {
  const known = await database.query("SELECT 1 FROM projects_project WHERE id = $1 AND deleted_at IS NULL", [
    projectId,
  ]);
  if (known.length === 0)
    throw new FlagsmithFlagdError("PROJECT_UNKNOWN", `there is no project ${projectId}`);
  await database.query(
    `INSERT INTO flagd_sync.project_settings AS s (project_id, enabled, semantics, identity_override_limit)
       VALUES ($1, $2, coalesce($3, 'flagsmith'), coalesce($4, 100))
     ON CONFLICT (project_id) DO UPDATE SET
       enabled = excluded.enabled, semantics = coalesce($3, s.semantics),
       identity_override_limit = coalesce($4, s.identity_override_limit), updated_at = now()`,
    [projectId, choice.enabled, choice.semantics ?? null, choice.identityOverrideLimit ?? null],
  );
}
