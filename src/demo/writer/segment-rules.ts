import type { Queryable } from "../../postgres/connection/database.ts";
import { numberOf } from "./read-rows.ts";

/** Flagsmith's names of operators (facts: flagsmith.md, 3). */
type SegmentOperator =
  | "EQUAL"
  | "NOT_EQUAL"
  | "GREATER_THAN"
  | "GREATER_THAN_INCLUSIVE"
  | "LESS_THAN"
  | "LESS_THAN_INCLUSIVE"
  | "CONTAINS"
  | "NOT_CONTAINS"
  | "REGEX"
  | "PERCENTAGE_SPLIT"
  | "MODULO"
  | "IS_SET"
  | "IS_NOT_SET"
  | "IN";

/** One condition on a trait or a `$.` path. */
export interface SegmentCondition {
  readonly operator: SegmentOperator;
  readonly property?: string;
  readonly value?: string;
}

/** A rule: its conditions and its sub-rules, each combined by its type. */
export interface SegmentRule {
  readonly type: "ALL" | "ANY" | "NONE";
  readonly conditions?: readonly SegmentCondition[];
  readonly rules?: readonly SegmentRule[];
}

/** Where a rule hangs: at a segment (top level) or below a rule. */
export type RuleParent = { readonly segmentId: number } | { readonly ruleId: number };

/** The copy of the rules in `rules_data`: not authoritative, but there since 2.263. */
export function rulesData(rules: readonly SegmentRule[]): unknown {
  return rules.map((rule) => ({
    type: rule.type,
    rules: rulesData(rule.rules ?? []),
    conditions: (rule.conditions ?? []).map((condition) => ({
      operator: condition.operator,
      property: condition.property ?? null,
      value: condition.value ?? null,
      description: null,
    })),
  }));
}

/** Inserts rules and their conditions, parents first. Each insert is a statement, and without a transaction one of its own. */
export async function insertRules(
  database: Queryable,
  parent: RuleParent,
  rules: readonly SegmentRule[],
): Promise<void> {
  for (const rule of rules) {
    const ruleId = numberOf(
      await database.query(
        `INSERT INTO segments_segmentrule (type, segment_id, rule_id, uuid, created_at, updated_at)
         VALUES ($1, $2, $3, gen_random_uuid(), now(), now()) RETURNING id`,
        [
          rule.type,
          "segmentId" in parent ? parent.segmentId : null,
          "ruleId" in parent ? parent.ruleId : null,
        ],
      ),
    );
    await insertRules(database, { ruleId }, rule.rules ?? []);
    for (const condition of rule.conditions ?? []) {
      await database.query(
        `INSERT INTO segments_condition
           (rule_id, operator, property, value, created_with_segment, uuid, created_at, updated_at)
         VALUES ($1, $2, $3, $4, true, gen_random_uuid(), now(), now())`,
        [ruleId, condition.operator, condition.property ?? null, condition.value ?? null],
      );
    }
  }
}

/** All rules of segments, however deep; a common table expression `rule (id)` over parameter $1, an array of segment ids. */
const RULES_OF_SEGMENTS = `
WITH RECURSIVE rule (id, parent_id) AS (
  SELECT id, rule_id FROM segments_segmentrule WHERE segment_id = ANY($1) AND deleted_at IS NULL
  UNION ALL
  SELECT below.id, below.rule_id FROM segments_segmentrule below JOIN rule ON below.rule_id = rule.id
  WHERE below.deleted_at IS NULL
)`;

/** Soft-deletes the rules and conditions of segments: conditions first. */
export async function deleteRules(database: Queryable, segmentIds: readonly number[]): Promise<void> {
  await database.query(
    `${RULES_OF_SEGMENTS}
     UPDATE segments_condition SET deleted_at = now() WHERE deleted_at IS NULL AND rule_id IN (SELECT id FROM rule)`,
    [segmentIds],
  );
  await database.query(
    `${RULES_OF_SEGMENTS}
     UPDATE segments_segmentrule SET deleted_at = now() WHERE id IN (SELECT id FROM rule)`,
    [segmentIds],
  );
}
