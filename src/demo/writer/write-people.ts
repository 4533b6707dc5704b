import type { Database } from "../../postgres/connection/database.ts";
import { numberOf } from "./read-rows.ts";

/** A user of Flagsmith's own dashboard and REST. */
export interface UserOptions {
  readonly email: string;
  readonly organisationId: number;
  readonly role: "ADMIN" | "USER";
  /** What REST takes in `Authorization: Token …`. */
  readonly token: string;
}

/** A user with an API token and a place in an organisation, without a password. Returns the user's id. */
export async function createUser(database: Database, options: UserOptions): Promise<number> {
  return await database.write(async (transaction) => {
    const userId = numberOf(
      await transaction.query(
        `INSERT INTO users_ffadminuser (password, is_superuser, first_name, last_name, email, is_staff, is_active,
           date_joined, marketing_consent_given, uuid)
         VALUES ('!', false, '', '', $1, false, true, now(), false, gen_random_uuid()) RETURNING id`,
        [options.email],
      ),
    );
    await transaction.query("INSERT INTO authtoken_token (key, created, user_id) VALUES ($1, now(), $2)", [
      options.token,
      userId,
    ]);
    await transaction.query(
      `INSERT INTO organisations_userorganisation (date_joined, role, organisation_id, user_id)
       VALUES (now(), $1, $2, $3)`,
      [options.role, options.organisationId, userId],
    );
    return userId;
  });
}
