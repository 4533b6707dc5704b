import { z } from "zod";
import type { Queryable } from "../postgres/connection/database.ts";
import { FlagsmithFlagdError } from "../support/errors.ts";

const columnRow = z.object({ name: z.string(), must_be_given: z.boolean() });
const idRow = z.object({ id: z.number() });

const COLUMNS_SQL = `
SELECT a.attname AS name,
       a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attgenerated = '' AS must_be_given
  FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`;

/** Whether a table is on the search path. */
export async function hasTable(queryable: Queryable, table: string): Promise<boolean> {
  return (await queryable.query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", [table])).length > 0;
}

/**
 * Inserts a row into one of Flagsmith's tables with as many of the values as the table has columns for: releases add and
 * drop columns. Table and column names are constants of this room, never input.
 *
 * @returns the row's id.
 * @throws FlagsmithFlagdError BOOTSTRAP_UNSUPPORTED, naming columns that need a value which is not known here.
 */
export async function insertRow(
  queryable: Queryable,
  table: string,
  values: Readonly<Record<string, unknown>>,
): Promise<number> {
  const columns = z.array(columnRow).parse(await queryable.query(COLUMNS_SQL, [table]));
  const unknown = columns.filter(({ name, must_be_given }) => must_be_given && !Object.hasOwn(values, name));
  if (unknown.length > 0 || columns.length === 0) {
    const names = unknown.map(({ name }) => `${table}.${name}`).join(", ");
    throw new FlagsmithFlagdError(
      "BOOTSTRAP_UNSUPPORTED",
      columns.length === 0
        ? `there is no table ${table}`
        : `this Flagsmith needs values that this release does not know: ${names}`,
    );
  }
  const given = columns.map(({ name }) => name).filter((name) => Object.hasOwn(values, name));
  const places = given.map((_, index) => `$${index + 1}`);
  const [row] = z.array(idRow).parse(
    await queryable.query(
      `INSERT INTO ${table} (${given.map((name) => `"${name}"`).join(", ")}) VALUES (${places.join(", ")}) RETURNING id`,
      given.map((name) => values[name]),
    ),
  );
  return row?.id ?? 0;
}
