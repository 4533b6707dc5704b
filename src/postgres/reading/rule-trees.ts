import type { SegmentRule } from "../../model/environment.ts";

/** A row of segments_segmentrule: below another rule, or at the top of a segment. */
export interface RuleRow {
  readonly id: number;
  readonly type: string;
  readonly rule_id: number | null;
  readonly segment_id: number | null;
  /** The segment at whose top the tree begins. */
  readonly root: number;
}

/** Far more than Flagsmith's two, and far less than what exhausts the stack. */
export const MOST_LEVELS = 200;

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

/**
 * Puts rules together as trees, by the segment at whose top they are. A segment is not in the result if its rules are
 * nested too deep or go in a circle, which no user can bring about, but a row that names itself or its own child can.
 */
export function ruleTrees<Condition extends { readonly rule_id: number }>(
  rules: readonly RuleRow[],
  conditions: readonly Condition[],
  toCondition: (row: Condition) => SegmentRule["conditions"][number],
): { readonly of: (segmentId: number) => readonly SegmentRule[] | "endless" } {
  const conditionsOf = groupBy(conditions, (row) => row.rule_id);
  const nestedOf = groupBy(rules, (row) => row.rule_id);
  const topOf = groupBy(
    rules.filter((row) => row.segment_id === row.root),
    (row) => row.segment_id,
  );
  const build = (row: RuleRow, levelsLeft: number): SegmentRule | undefined => {
    if (levelsLeft === 0) return undefined;
    const nested = (nestedOf.get(row.id) ?? []).map((child) => build(child, levelsLeft - 1));
    if (!nested.every((child) => child !== undefined)) return undefined;
    return { type: row.type, conditions: (conditionsOf.get(row.id) ?? []).map(toCondition), rules: nested };
  };
  return {
    of(segmentId) {
      const tops = (topOf.get(segmentId) ?? []).map((row) => build(row, MOST_LEVELS));
      return tops.every((rule) => rule !== undefined) ? tops : "endless";
    },
  };
}
