import { z } from "zod";
import type { Queryable } from "./database.ts";

/** What a Postgres says of itself. */
export interface ServerInfo {
  readonly version: string;
  readonly major: number;
  /** It follows another: it can be read, but neither listened to nor written. */
  readonly standby: boolean;
  /** As whom we are connected. */
  readonly role: string;
  /** Epoch milliseconds by its clock, at the moment of the answer. */
  readonly nowMs: number;
}

const row = z.object({
  version: z.string(),
  number: z.number(),
  standby: z.boolean(),
  role: z.string(),
  now: z.date(),
});

/** Asks a Postgres what it is; needs no right but to connect. */
export async function readServerInfo(database: Queryable): Promise<ServerInfo> {
  const [info] = z.tuple([row]).parse(
    await database.query(
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
              pg_is_in_recovery() AS standby, current_user::text AS role, clock_timestamp() AS now`,
    ),
  );
  const { version, standby, role } = info;
  return { version, standby, role, major: Math.floor(info.number / 10_000), nowMs: info.now.getTime() };
}
