import type { z } from "zod";
import type { UnreadablePart } from "../../model/environment.ts";

/** Whose row it was. */
export interface RowOwner {
  readonly featureId?: number | undefined;
  readonly segmentId?: number | undefined;
}

/** The member of a row that names something, as far as that can be read. */
export function idIn(row: unknown, column: string): number | undefined {
  const value: unknown = typeof row === "object" && row !== null ? Reflect.get(row, column) : undefined;
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}

/** What a value is, without saying it: a row's content is nobody's business but its owner's. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "is missing";
  if (typeof value === "number") return "is no usable number";
  return "is of a kind that cannot be read";
}

function faultOf(row: unknown, issues: readonly z.core.$ZodIssue[]): string {
  const path = issues[0]?.path ?? [];
  const value = path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    row,
  );
  return `${path.join(".")} ${kindOf(value)}`;
}

/**
 * Gathers what could not be read of an environment. A row that no decoder understands (a broken import, a constraint
 * that was dropped) costs the feature or segment that it belongs to, never its neighbours.
 */
export class UnreadableRows {
  readonly #faults = new Map<string, { readonly owner: RowOwner; readonly details: Set<string> }>();
  readonly #features = new Set<number>();
  readonly #segments = new Set<number>();

  /** @param detail names table or column and what is wrong, never a value. */
  add(owner: RowOwner, detail: string): void {
    if (owner.featureId !== undefined) this.#features.add(owner.featureId);
    if (owner.segmentId !== undefined) this.#segments.add(owner.segmentId);
    const key = `${owner.featureId ?? ""}/${owner.segmentId ?? ""}`;
    const known = this.#faults.get(key);
    if (known) known.details.add(detail);
    else this.#faults.set(key, { owner, details: new Set([detail]) });
  }

  hasFeature(featureId: number): boolean {
    return this.#features.has(featureId);
  }

  hasSegment(segmentId: number): boolean {
    return this.#segments.has(segmentId);
  }

  /** Decodes the rows of a table; those that cannot be decoded are added here, for their owner. */
  decode<Row>(rows: readonly unknown[], { table, schema, ownerOf }: RowDecoding<Row>): Row[] {
    return rows.flatMap((row) => {
      const decoded = schema.safeParse(row);
      if (decoded.success) return [decoded.data];
      const id = idIn(row, "id");
      this.add(
        ownerOf(row),
        `${table}${id === undefined ? "" : ` ${id}`}: ${faultOf(row, decoded.error.issues)}`,
      );
      return [];
    });
  }

  /** All that was added, in the order of the ids; `nameOf` gives the names of features that could be read. */
  parts(nameOf: (featureId: number) => string | undefined): readonly UnreadablePart[] {
    return [...this.#faults.values()]
      .map(({ owner, details }): UnreadablePart => {
        const [first = "", ...more] = details;
        const name = owner.featureId === undefined ? undefined : nameOf(owner.featureId);
        return {
          ...(owner.featureId === undefined ? {} : { featureId: owner.featureId }),
          ...(owner.segmentId === undefined ? {} : { segmentId: owner.segmentId }),
          ...(name === undefined ? {} : { feature: name }),
          detail: more.length === 0 ? first : `${first} (and ${more.length} more)`,
        };
      })
      .sort(
        (left, right) =>
          (left.featureId ?? 0) - (right.featureId ?? 0) || (left.segmentId ?? 0) - (right.segmentId ?? 0),
      );
  }
}

/** How a table's rows are read. */
export interface RowDecoding<Row> {
  readonly table: string;
  readonly schema: z.ZodType<Row>;
  /** Whose row it is, as far as that can be told. */
  readonly ownerOf: (row: unknown) => RowOwner;
}
