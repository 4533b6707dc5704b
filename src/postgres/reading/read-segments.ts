import { z } from "zod";
import type { Condition, Segment } from "../../model/environment.ts";
import type { Queryable } from "../connection/database.ts";
import type { FlagsmithColumns } from "../schema/flagsmith-columns.ts";
import { readCohortMembers } from "./cohort-members.ts";
import { MOST_LEVELS, ruleTrees } from "./rule-trees.ts";
import { idIn, type UnreadableRows } from "./unreadable-rows.ts";

const segmentRow = z.object({ id: z.number(), name: z.string() });
const ruleRow = z.object({
  id: z.number(),
  type: z.string(),
  rule_id: z.number().nullable(),
  segment_id: z.number().nullable(),
  root: z.number(),
});
const conditionRow = z.object({
  rule_id: z.number(),
  operator: z.string(),
  property: z.string().nullable(),
  value: z.string().nullable(),
});

const SEGMENTS_SQL = `SELECT id, name FROM segments_segment
 WHERE id = ANY ($1) AND project_id = $2 AND deleted_at IS NULL AND id = version_of_id ORDER BY id`;

/** One level more than a tree may have, to know that it has too many; in a circle there is no end to them. */
const TREE = `WITH RECURSIVE tree AS (
    SELECT id, type, rule_id, segment_id, segment_id AS root, 1 AS level FROM segments_segmentrule
     WHERE segment_id = ANY ($1) AND deleted_at IS NULL
    UNION ALL
    SELECT r.id, r.type, r.rule_id, r.segment_id, tree.root, tree.level + 1 FROM segments_segmentrule r
      JOIN tree ON r.rule_id = tree.id WHERE r.deleted_at IS NULL AND tree.level <= ${MOST_LEVELS}
  )`;

const RULES_SQL = `${TREE} SELECT DISTINCT id, type, rule_id, segment_id, root FROM tree ORDER BY id`;

const CONDITIONS_SQL = `${TREE} SELECT id, rule_id, operator, property, value FROM segments_condition
 WHERE rule_id IN (SELECT id FROM tree) AND deleted_at IS NULL ORDER BY id`;

/** Which segments to read, and for which environment: cohorts differ between environments. */
export interface ReadSegmentsOptions {
  readonly segmentIds: readonly number[];
  readonly environmentId: number;
  /** Segments of another project are none of this environment's: Flagsmith asks for those of the project alone. */
  readonly projectId: number;
  readonly columns: FlagsmithColumns;
  readonly unreadable: UnreadableRows;
}

/**
 * The live segments among `segmentIds` with their whole rule trees, in three queries of one round trip, and a fourth
 * where a cohort is used.
 * Revisions and drafts are left out, and so are soft-deleted rules and conditions (facts/flagsmith.md, section 3).
 * A segment that cannot be read is there without rules: nobody is in it.
 */
export async function readSegments(
  snapshot: Queryable,
  { segmentIds, environmentId, projectId, columns, unreadable }: ReadSegmentsOptions,
): Promise<ReadonlyMap<number, Segment>> {
  if (segmentIds.length === 0) return new Map();
  const [segmentRows, allRuleRows, allConditionRows] = await Promise.all([
    snapshot.query(SEGMENTS_SQL, [segmentIds, projectId]),
    snapshot.query(RULES_SQL, [segmentIds]),
    snapshot.query(CONDITIONS_SQL, [segmentIds]),
  ]);
  const segments = unreadable.decode(segmentRows, {
    table: "segments_segment",
    schema: segmentRow,
    ownerOf: (row) => ({ segmentId: idIn(row, "id") }),
  });
  const liveIds = segmentRows.flatMap((row) => idIn(row, "id") ?? []);
  const live = new Set(liveIds);
  const ruleRows = allRuleRows.filter((row) => live.has(idIn(row, "root") ?? 0));
  const rules = unreadable.decode(ruleRows, {
    table: "segments_segmentrule",
    schema: ruleRow,
    ownerOf: (row) => ({ segmentId: idIn(row, "root") }),
  });
  const rootOf = new Map(rules.map((row) => [row.id, row.root]));
  const conditionRows = allConditionRows.filter((row) => rootOf.has(idIn(row, "rule_id") ?? 0));
  const conditions = unreadable.decode(conditionRows, {
    table: "segments_condition",
    schema: conditionRow,
    ownerOf: (row) => ({ segmentId: rootOf.get(idIn(row, "rule_id") ?? 0) }),
  });

  const cohorts = columns.cohorts
    ? await readCohortMembers(
        snapshot,
        environmentId,
        conditions.filter((row) => row.operator === "IS_SET").map((row) => row.property ?? ""),
      )
    : new Map<string, readonly string[]>();
  const trees = ruleTrees(rules, conditions, ({ operator, property, value }): Condition => {
    const members = operator === "IS_SET" ? cohorts.get(property ?? "") : undefined;
    return { operator, property, value, ...(members ? { members } : {}) };
  });

  const names = new Map(segments.map((row) => [row.id, row.name]));
  return new Map(
    liveIds.map((id) => {
      const rules = trees.of(id);
      if (rules === "endless") {
        unreadable.add({ segmentId: id }, "segments_segmentrule: nested too deep, or in a circle");
      }
      const usable = rules !== "endless" && !unreadable.hasSegment(id);
      return [id, { id, name: names.get(id) ?? `segment-${id}`, rules: usable ? rules : [] }];
    }),
  );
}
