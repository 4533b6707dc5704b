import { z } from "zod";
import type { Database, Queryable } from "../connection/database.ts";
import { type Catalog, tableIn } from "./schema-catalog.ts";
import { READ_TABLES } from "./schema-needs.ts";

/** Thrown where a reading may not be believed: a table was truncated, rewritten or created anew around it. */
export class TablesMoved extends Error {
  override readonly name = "TablesMoved";
}

/** What {@link storageOf} says of a table that there is not. */
export const NOWHERE = "none";

/** Where the rows of one table lie; another text after TRUNCATE, a rewrite or a new table of the same name. */
export function storageOf(catalog: Catalog, name: string): string {
  const table = tableIn(catalog, name);
  return table === undefined ? NOWHERE : `${table.oid}/${table.file}`;
}

/** Where the rows of all tables lie that documents are read from. */
export function storageOfAll(catalog: Catalog): string {
  return READ_TABLES.map((name) => storageOf(catalog, name)).join(" ");
}

const movedRow = z.object({ storage: z.string(), moved: z.boolean() });

/** `pg_class` is seen as of the snapshot, the functions see it as it is now. */
const MOVED_SQL = `SELECT string_agg(coalesce(x.oid || '/' || coalesce(pg_relation_filenode(x.oid), 0), 'none'), ' ' ORDER BY x.place) AS storage,
       bool_or(x.oid IS NOT NULL AND nullif(c.relfilenode, 0) IS DISTINCT FROM pg_relation_filenode(x.oid)) AS moved
  FROM (SELECT to_regclass(t.name)::oid AS oid, t.place
          FROM unnest($1::text[]) WITH ORDINALITY AS t (name, place)) AS x
  LEFT JOIN pg_class c ON c.oid = x.oid`;

/** What was read of Flagsmith's tables, before it is known whether it may be believed. */
export interface Unconfirmed<Result> {
  readonly result: Result;
  /** Rejects with {@link TablesMoved}, or what the database threw: then nothing of `result` may be made known. */
  readonly confirmed: Promise<void>;
}

/**
 * Reads Flagsmith's tables at one moment, and believes it only if they lie at the end where they lay at that moment:
 * after TRUNCATE, a rewriting ALTER TABLE or DROP and CREATE a snapshot taken before finds the tables empty (Postgres
 * manual, "Caveats" of concurrency control). `storage`: also only if they lie there (see {@link storageOfAll}).
 *
 * @throws TablesMoved
 */
export async function readFlagsmith<Result>(
  database: Database,
  storage: string | undefined,
  work: (snapshot: Queryable) => Promise<Result>,
): Promise<Result> {
  const { result, confirmed } = await readUnconfirmed(database, storage, work);
  await confirmed;
  return result;
}

/** As {@link readFlagsmith}, for who has something to do with what was read while the tables are looked at. */
export function readUnconfirmed<Result>(
  database: Database,
  storage: string | undefined,
  work: (snapshot: Queryable) => Promise<Result>,
): Promise<Unconfirmed<Result>> {
  return database.readSnapshot(async (snapshot) => {
    const result = await work(snapshot);
    const confirmed = snapshot.query(MOVED_SQL, [READ_TABLES]).then((rows) => {
      const [row] = z.tuple([movedRow]).parse(rows);
      if (row.moved || (storage !== undefined && row.storage !== storage)) {
        throw new TablesMoved("Flagsmith's tables were truncated or made anew while they were read");
      }
    });
    confirmed.catch(() => undefined);
    return { result, confirmed };
  });
}
