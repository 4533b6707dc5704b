import { deleteRules, insertRules, type SegmentRule } from "../../../src/demo/writer/segment-rules.ts";
import type { Queryable } from "../../../src/postgres/connection/database.ts";

/**
 * New rules for a segment as releases before 2.263 wrote them, on an edit and on a committed change request: first the
 * old ones go, conditions before rules, then the new ones come, each in a transaction of its own. In between the segment
 * has nobody, or, with rules that have no condition yet, everybody.
 */
export async function replaceRulesStepwise(
  database: Queryable,
  segmentId: number,
  rules: readonly SegmentRule[],
): Promise<void> {
  await deleteRules(database, [segmentId]);
  await insertRules(database, { segmentId }, rules);
  await database.query(
    "UPDATE segments_segment SET version = version + 1, updated_at = now() WHERE id = $1",
    [segmentId],
  );
}
