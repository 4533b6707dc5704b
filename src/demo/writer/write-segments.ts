import type { Database, Queryable } from "../../postgres/connection/database.ts";
import { memberOf, numberOf, numbersOf } from "./read-rows.ts";
import { deleteRules, insertRules, rulesData, type SegmentRule } from "./segment-rules.ts";
import { removeFeatureSegments } from "./write-overrides.ts";
import { touchEnvironments } from "./write-places.ts";

/** A segment to create. */
export interface SegmentOptions {
  readonly projectId: number;
  readonly name: string;
  readonly rules: readonly SegmentRule[];
  readonly description?: string;
  /** The only feature that may use it. */
  readonly featureId?: number;
}

/**
 * A segment, as REST leaves it behind step by step: the segment, each rule and each condition in transactions of their
 * own, so that for a moment a live segment has no conditions. Returns its id.
 */
export async function createSegment(database: Database, options: SegmentOptions): Promise<number> {
  const segmentId = await database.write(async (transaction) => {
    const id = numberOf(
      await transaction.query(
        `INSERT INTO segments_segment (name, description, project_id, feature_id, version, created_at, updated_at,
           uuid, is_system_segment, managed_by, rules_data)
         VALUES ($1, $2, $3, $4, 1, now(), now(), gen_random_uuid(), false, '', $5) RETURNING id`,
        [
          options.name,
          options.description ?? "",
          options.projectId,
          options.featureId ?? null,
          JSON.stringify(rulesData(options.rules)),
        ],
      ),
    );
    await transaction.query("UPDATE segments_segment SET version_of_id = id WHERE id = $1", [id]);
    return id;
  });
  await insertRules(database, { segmentId }, options.rules);
  await touchEnvironments(database, { projectId: options.projectId });
  return segmentId;
}

/** Renames a segment, which like every edit of it also counts its version up. */
export async function renameSegment(database: Queryable, segmentId: number, name: string): Promise<void> {
  await database.query(
    "UPDATE segments_segment SET name = $2, version = version + 1, updated_at = now() WHERE id = $1",
    [segmentId, name],
  );
}

/** The live rules of a segment, as they would be given to {@link createSegment}, for the copy in its revision. */
async function readRules(
  transaction: Queryable,
  parent: "segment_id" | "rule_id",
  id: number,
): Promise<readonly SegmentRule[]> {
  const rows = await transaction.query(
    `SELECT id, type FROM segments_segmentrule WHERE ${parent} = $1 AND deleted_at IS NULL ORDER BY id`,
    [id],
  );
  const rules: SegmentRule[] = [];
  for (const row of rows) {
    const conditions = await transaction.query(
      `SELECT operator, property, value FROM segments_condition
       WHERE rule_id = $1 AND deleted_at IS NULL ORDER BY id`,
      [memberOf(row, "id")],
    );
    rules.push({
      type: memberOf(row, "type") as SegmentRule["type"],
      conditions: conditions as SegmentRule["conditions"] & object,
      rules: await readRules(transaction, "rule_id", numberOf([row])),
    });
  }
  return rules;
}

/**
 * Other rules for a segment, in one transaction: the old content is first copied to a new row, a revision with
 * `version_of_id` of the live one, then the live row, whose id stays, gets the new rules.
 */
export async function editSegment(
  database: Database,
  segmentId: number,
  rules: readonly SegmentRule[],
): Promise<void> {
  const projectId = await database.write(async (transaction) => {
    const revisionId = numberOf(
      await transaction.query(
        `INSERT INTO segments_segment (name, description, project_id, feature_id, version, version_of_id, created_at,
           updated_at, uuid, is_system_segment, managed_by, rules_data)
         SELECT name, description, project_id, feature_id, version, id, now(), now(), gen_random_uuid(),
           is_system_segment, managed_by, rules_data
         FROM segments_segment WHERE id = $1 RETURNING id`,
        [segmentId],
      ),
    );
    await insertRules(
      transaction,
      { segmentId: revisionId },
      await readRules(transaction, "segment_id", segmentId),
    );
    await deleteRules(transaction, [segmentId]);
    await insertRules(transaction, { segmentId }, rules);
    return numberOf(
      await transaction.query(
        `UPDATE segments_segment SET version = version + 1, updated_at = now(), rules_data = $2
         WHERE id = $1 RETURNING project_id`,
        [segmentId, JSON.stringify(rulesData(rules))],
      ),
      "project_id",
    );
  });
  await touchEnvironments(database, { projectId });
}

/** Deletes a segment in one transaction: its overrides for good, its conditions, rules and revisions softly. */
export async function deleteSegment(database: Database, segmentId: number): Promise<void> {
  await database.write(async (transaction) => {
    const overrides = await transaction.query(
      "SELECT id FROM features_featuresegment WHERE segment_id = $1 ORDER BY id",
      [segmentId],
    );
    await removeFeatureSegments(transaction, numbersOf(overrides));
    const revisions = numbersOf(
      await transaction.query(
        "SELECT id FROM segments_segment WHERE (id = $1 OR version_of_id = $1) AND deleted_at IS NULL",
        [segmentId],
      ),
    );
    await deleteRules(transaction, revisions);
    await transaction.query("UPDATE segments_segment SET deleted_at = now() WHERE id = ANY($1)", [revisions]);
  });
}
