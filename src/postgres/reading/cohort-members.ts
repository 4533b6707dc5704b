import { z } from "zod";
import type { Queryable } from "../connection/database.ts";

const PREFIX = "flagsmith_cohort_";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** More identities than this are not put into a document. */
const MOST_MEMBERS = 10_000;

const memberRow = z.object({ uuid: z.string(), identifier: z.string() });

/**
 * Who is in the cohorts that conditions name. Flagsmith keeps membership as a system trait with the identity, which
 * its server reads and no SDK ever sees (facts/flagsmith.md, section 4); the condition of a cohort's segment is IS_SET
 * on that trait. No query at all if no condition names a cohort.
 */
export async function readCohortMembers(
  snapshot: Queryable,
  environmentId: number,
  properties: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | "too_many">> {
  const uuids = properties
    .filter((property) => property.startsWith(PREFIX))
    .map((property) => property.slice(PREFIX.length))
    .filter((uuid) => UUID.test(uuid));
  if (uuids.length === 0) return new Map();
  const rows = z.array(memberRow).parse(
    await snapshot.query(
      `SELECT c.uuid::text AS uuid, m.identifier
         FROM cohorts_cohort c
         CROSS JOIN LATERAL (
           SELECT identifier FROM cohorts_cohortmembership
            WHERE cohort_id = c.id AND state = 'applied' AND identifier IS NOT NULL ORDER BY identifier COLLATE "C" LIMIT $3
         ) m
        WHERE c.environment_id = $1 AND c.uuid = ANY ($2::uuid[]) AND c.deleted_at IS NULL`,
      [environmentId, uuids, MOST_MEMBERS + 1],
    ),
  );
  const members = new Map<string, string[]>(uuids.map((uuid) => [PREFIX + uuid, []]));
  for (const { uuid, identifier } of rows) members.get(PREFIX + uuid)?.push(identifier);
  return new Map(
    [...members].map(([property, identifiers]) => [
      property,
      identifiers.length > MOST_MEMBERS ? "too_many" : identifiers,
    ]),
  );
}
