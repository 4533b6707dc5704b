import { randomBytes, randomUUID } from "node:crypto";
import type { Database } from "../../src/postgres/connection/database.ts";

/** Makes a user who is an administrator of the project's organisation; gives the user's token. */
export async function createAdministrator(database: Database, projectId: number): Promise<string> {
  const token = randomBytes(20).toString("hex");
  await database.query(
    `WITH person AS (
       INSERT INTO users_ffadminuser (password, is_superuser, first_name, last_name, email, is_staff,
                                      is_active, date_joined, marketing_consent_given, uuid)
       VALUES ('!', false, 'Ada', 'Admin', $1, false, true, now(), false, $2) RETURNING id
     ), member AS (
       INSERT INTO organisations_userorganisation (date_joined, role, organisation_id, user_id)
       SELECT now(), 'ADMIN', p.organisation_id, person.id FROM projects_project p, person WHERE p.id = $3
     )
     INSERT INTO authtoken_token (key, created, user_id) SELECT $4, now(), id FROM person`,
    [`${token}@example.com`, randomUUID(), projectId, token],
  );
  return token;
}
