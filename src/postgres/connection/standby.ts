import { z } from "zod";
import type { Queryable } from "./database.ts";

const rows = z.tuple([z.object({ pg_is_in_recovery: z.boolean() })]);

/** Whether this Postgres follows another: it can be read, with a delay, but neither listened to nor written. */
export async function isStandby(database: Queryable): Promise<boolean> {
  return rows.parse(await database.query("SELECT pg_is_in_recovery()"))[0].pg_is_in_recovery;
}
