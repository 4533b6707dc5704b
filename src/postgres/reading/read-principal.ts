import { z } from "zod";
import type { Principal, ProjectRole } from "../../model/principal.ts";
import type { Queryable } from "../connection/database.ts";

/** A user whose token was found. */
export interface FoundUser {
  readonly principal: Principal;
  /** Flagsmith answers an inactive user with 401. */
  readonly isActive: boolean;
}

/** A master key whose prefix was found; whether the key itself is right is not known yet. */
export interface FoundMasterKey {
  readonly principal: Principal;
  /** `pbkdf2_sha256$<iterations>$<salt>$<base64>`, of the whole key. */
  readonly hashedKey: string;
}

const userRow = z.object({ id: z.number(), email: z.string(), is_active: z.boolean() });
const masterKeyRow = z.object({
  prefix: z.string(),
  hashed_key: z.string(),
  organisation_id: z.number(),
  is_admin: z.boolean(),
});
const roleRow = z.object({ known: z.boolean(), admin: z.boolean(), viewer: z.boolean() });

/** Finds whom a token belongs to (facts/flagsmith.md, section 5). */
export async function findUser(database: Queryable, token: string): Promise<FoundUser | undefined> {
  const [row] = z.array(userRow).parse(
    await database.query(
      `SELECT u.id, u.email, u.is_active FROM authtoken_token t
         JOIN users_ffadminuser u ON u.id = t.user_id WHERE t.key = $1`,
      [token],
    ),
  );
  return row && { principal: { kind: "user", userId: row.id, email: row.email }, isActive: row.is_active };
}

/** Finds a master key that is neither revoked nor deleted nor expired. */
export async function findMasterKey(
  database: Queryable,
  prefix: string,
): Promise<FoundMasterKey | undefined> {
  const [row] = z.array(masterKeyRow).parse(
    await database.query(
      `SELECT k.prefix, k.hashed_key, k.organisation_id, k.is_admin
         FROM api_keys_masterapikey k
         JOIN organisations_organisation o ON o.id = k.organisation_id AND o.deleted_at IS NULL
        WHERE k.prefix = $1 AND NOT k.revoked AND k.deleted_at IS NULL
          AND (k.expiry_date IS NULL OR k.expiry_date > now())`,
      [prefix],
    ),
  );
  if (row === undefined) return undefined;
  const { organisation_id: organisationId, is_admin: isAdmin } = row;
  return {
    principal: { kind: "master_key", prefix: row.prefix, organisationId, isAdmin },
    hashedKey: row.hashed_key,
  };
}

const USER_ROLE_SQL = `
WITH project AS (
  SELECT p.id, p.organisation_id FROM projects_project p
    JOIN organisations_organisation o ON o.id = p.organisation_id AND o.deleted_at IS NULL
   WHERE p.id = $1 AND p.deleted_at IS NULL
), membership AS (
  SELECT m.role FROM organisations_userorganisation m
    JOIN project ON project.organisation_id = m.organisation_id WHERE m.user_id = $2
), grants AS (
  SELECT own.admin, EXISTS (
           SELECT 1 FROM projects_userprojectpermission_permissions j
            WHERE j.userprojectpermission_id = own.id AND j.permissionmodel_id = 'VIEW_PROJECT') AS views
    FROM projects_userprojectpermission own WHERE own.project_id = $1 AND own.user_id = $2
  UNION ALL
  SELECT grouped.admin, EXISTS (
           SELECT 1 FROM projects_userpermissiongroupprojectpermission_permissions j
            WHERE j.userpermissiongroupprojectpermission_id = grouped.id
              AND j.permissionmodel_id = 'VIEW_PROJECT')
    FROM projects_userpermissiongroupprojectpermission grouped
    JOIN users_userpermissiongroup_users member ON member.userpermissiongroup_id = grouped.group_id
   WHERE grouped.project_id = $1 AND member.ffadminuser_id = $2
)
SELECT EXISTS (SELECT 1 FROM project) AS known,
       EXISTS (SELECT 1 FROM membership WHERE role = 'ADMIN')
         OR (EXISTS (SELECT 1 FROM membership) AND EXISTS (SELECT 1 FROM grants WHERE admin)) AS admin,
       EXISTS (SELECT 1 FROM membership) AND EXISTS (SELECT 1 FROM grants WHERE views) AS viewer`;

const MASTER_KEY_ROLE_SQL = `
SELECT count(*) > 0 AS known, count(*) > 0 AS admin, false AS viewer FROM projects_project p
 WHERE p.id = $1 AND p.organisation_id = $2 AND p.deleted_at IS NULL`;

/**
 * Flagsmith's own rules for a project's integrations (facts/flagsmith.md, section 5): being a superuser or staff grants
 * nothing; of a project that does not exist nobody may know anything.
 */
export async function roleInProject(
  database: Queryable,
  principal: Principal,
  projectId: number,
): Promise<ProjectRole> {
  if (principal.kind === "master_key" && !principal.isAdmin) return "none";
  const rows =
    principal.kind === "user"
      ? await database.query(USER_ROLE_SQL, [projectId, principal.userId])
      : await database.query(MASTER_KEY_ROLE_SQL, [projectId, principal.organisationId]);
  const [row] = z.array(roleRow).parse(rows);
  if (!row?.known) return "none";
  if (row.admin) return "admin";
  return row.viewer ? "viewer" : "none";
}
