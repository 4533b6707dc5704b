/** A member of a row that a query gave; undefined where it has none. */
export function memberOf(row: unknown, name: string): unknown {
  return typeof row === "object" && row !== null ? Reflect.get(row, name) : undefined;
}

/** The ids (or other whole numbers) in one column, in the order of the rows. */
export function numbersOf(rows: readonly unknown[], name = "id"): readonly number[] {
  return rows.map((row) => Number(memberOf(row, name)));
}

/** The id that an `INSERT … RETURNING id` gave. */
export function numberOf(rows: readonly unknown[], name = "id"): number {
  const [first] = numbersOf(rows, name);
  if (first === undefined || Number.isNaN(first)) throw new Error(`the database gave no ${name}`);
  return first;
}

/** The same for text and uuids. */
export function textOf(rows: readonly unknown[], name: string): string {
  const value = memberOf(rows[0], name);
  if (typeof value !== "string") throw new Error(`the database gave no ${name}`);
  return value;
}
