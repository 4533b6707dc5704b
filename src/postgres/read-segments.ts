import { z } from "zod";
import type { Condition, Segment, SegmentRule } from "../model/environment.ts";
import { readCohortMembers } from "./cohort-members.ts";
import type { Queryable } from "./database.ts";
import type { FlagsmithColumns } from "./flagsmith-columns.ts";

const segmentRow = z.object({ id: z.number(), name: z.string() });
const ruleRow = z.object({
  id: z.number(),
  type: z.string(),
  rule_id: z.number().nullable(),
  segment_id: z.number().nullable(),
});
const conditionRow = z.object({
  rule_id: z.number(),
  operator: z.string(),
  property: z.string().nullable(),
  value: z.string().nullable(),
});

const SEGMENTS_SQL = `SELECT id, name FROM segments_segment
 WHERE id = ANY ($1) AND deleted_at IS NULL AND id = version_of_id ORDER BY id`;

const RULES_SQL = `WITH RECURSIVE tree AS (
    SELECT id, type, rule_id, segment_id FROM segments_segmentrule
     WHERE segment_id = ANY ($1) AND deleted_at IS NULL
    UNION
    SELECT r.id, r.type, r.rule_id, r.segment_id FROM segments_segmentrule r
      JOIN tree ON r.rule_id = tree.id WHERE r.deleted_at IS NULL
  )
  SELECT id, type, rule_id, segment_id FROM tree ORDER BY id`;

const CONDITIONS_SQL = `SELECT rule_id, operator, property, value FROM segments_condition
 WHERE rule_id = ANY ($1) AND deleted_at IS NULL ORDER BY id`;

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => number | null): Map<number, Item[]> {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Which segments to read, and for which environment: cohorts differ between environments. */
export interface ReadSegmentsOptions {
  readonly segmentIds: readonly number[];
  readonly environmentId: number;
  readonly columns: FlagsmithColumns;
}

/**
 * The live segments among `segmentIds` with their whole rule trees, in three queries, four where a cohort is used. Revisions and drafts are left
 * out, and so are soft-deleted rules and conditions (facts/flagsmith.md, section 3).
 */
export async function readSegments(
  snapshot: Queryable,
  { segmentIds, environmentId, columns }: ReadSegmentsOptions,
): Promise<ReadonlyMap<number, Segment>> {
  if (segmentIds.length === 0) return new Map();
  const segments = z.array(segmentRow).parse(await snapshot.query(SEGMENTS_SQL, [segmentIds]));
  const rules = z.array(ruleRow).parse(await snapshot.query(RULES_SQL, [segments.map((row) => row.id)]));
  const conditions = z
    .array(conditionRow)
    .parse(await snapshot.query(CONDITIONS_SQL, [rules.map((row) => row.id)]));

  const cohorts = columns.cohorts
    ? await readCohortMembers(
        snapshot,
        environmentId,
        conditions.filter((row) => row.operator === "IS_SET").map((row) => row.property ?? ""),
      )
    : new Map<string, readonly string[]>();

  const conditionsOf = groupBy(conditions, (row) => row.rule_id);
  const nestedOf = groupBy(rules, (row) => row.rule_id);
  const topOf = groupBy(rules, (row) => row.segment_id);
  const build = (row: z.infer<typeof ruleRow>): SegmentRule => ({
    type: row.type,
    conditions: (conditionsOf.get(row.id) ?? []).map(({ operator, property, value }): Condition => {
      const members = operator === "IS_SET" ? cohorts.get(property ?? "") : undefined;
      return { operator, property, value, ...(members ? { members } : {}) };
    }),
    rules: (nestedOf.get(row.id) ?? []).map(build),
  });
  return new Map(
    segments.map((row) => [
      row.id,
      { id: row.id, name: row.name, rules: (topOf.get(row.id) ?? []).map(build) },
    ]),
  );
}
