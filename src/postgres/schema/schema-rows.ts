import { z } from "zod";
import type { Database } from "../connection/database.ts";
import { type Catalog, tableIn } from "./schema-catalog.ts";
import { READ_TABLES } from "./schema-needs.ts";

const SETTINGS = "flagd_sync.project_settings";

const nameRow = z.object({ name: z.string() });

/** Which of the tables that we read have any row at all; the settings of projects among them. */
export function tablesWithRows(database: Database, catalog: Catalog): Promise<ReadonlySet<string>> {
  const names = [...READ_TABLES, SETTINGS].filter((name) => {
    const columns = Object.values(tableIn(catalog, name)?.columns ?? {});
    return columns.some((column) => column.readable);
  });
  if (names.length === 0) return Promise.resolve(new Set());
  const tests = names.map((name) => `('${name}', EXISTS (SELECT FROM ${name}))`);
  return database.readSnapshot(async (snapshot) => {
    const rows = await snapshot.query(
      `SELECT t.name FROM (VALUES ${tests.join(", ")}) AS t (name, filled) WHERE t.filled`,
    );
    return new Set(
      z
        .array(nameRow)
        .parse(rows)
        .map(({ name }) => name),
    );
  });
}

const deletedRow = z.object({ project_deleted: z.boolean(), named_deleted: z.number() });

/**
 * Whether Flagsmith deleted these features: it keeps their rows and marks them. With no ids: whether it deleted any
 * of the environment's project.
 */
export async function wereDeleted(
  database: Database,
  projectId: number,
  featureIds: readonly number[],
): Promise<boolean> {
  const [row] = z.tuple([deletedRow]).parse(
    await database.readSnapshot((snapshot) =>
      snapshot.query(
        `SELECT count(*) > 0 AS project_deleted, count(*) FILTER (WHERE id = ANY ($2))::integer AS named_deleted
           FROM features_feature WHERE project_id = $1 AND deleted_at IS NOT NULL`,
        [projectId, featureIds],
      ),
    ),
  );
  return featureIds.length === 0 ? row.project_deleted : row.named_deleted === new Set(featureIds).size;
}
