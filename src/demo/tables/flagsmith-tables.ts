import type { Queryable } from "../../postgres/connection/database.ts";
import { ACCOUNT_TABLES } from "./account-tables.ts";
import { COHORT_TABLES } from "./cohort-tables.ts";
import { FLAG_TABLES } from "./flag-tables.ts";
import { LAST_MIGRATIONS } from "./last-migrations.ts";
import { PLACE_TABLES } from "./place-tables.ts";
import { TABLE_LINKS } from "./table-links.ts";

/**
 * Lays out an empty database as Flagsmith 2.265 does: the tables that flags, keys and permissions live in, with the
 * keys, checks, indexes and deferred foreign keys of the original. A foreign key to a table that is not here is left
 * out, its column stays. Fails where a table exists already. Source: shared/flagsmith/schema.json, compared by a test.
 */
export async function createFlagsmithTables(database: Queryable): Promise<void> {
  await database.execute(`${PLACE_TABLES}${FLAG_TABLES}${ACCOUNT_TABLES}${TABLE_LINKS}${COHORT_TABLES}`);
  await database.query(
    `INSERT INTO django_migrations (app, name, applied)
     SELECT app, name, now() FROM unnest($1::text[], $2::text[]) AS migration (app, name)`,
    [Object.keys(LAST_MIGRATIONS), Object.values(LAST_MIGRATIONS)],
  );
}
