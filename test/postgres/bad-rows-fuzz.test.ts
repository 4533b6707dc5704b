/**
 * Any value in any column of any row: nothing is thrown, and the flags that have nothing to do with the row are what they
 * were, to the last byte. PROPERTY_SEED repeats a run, PROPERTY_RUNS makes it longer.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Queryable } from "../../src/postgres/connection/database.ts";
import { type BadRowPlace, openBadRowPlace } from "./bad-row-place.ts";

const SEED = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 2 ** 31));
const RUNS = Number(process.env.PROPERTY_RUNS ?? 150);

/** Whose answers may depend on a row, by its table: the ids of features, given the row's id as $1. */
const OVERRIDES_OF = "SELECT feature_id AS id FROM features_featuresegment WHERE segment_id";
const ROOT = `WITH RECURSIVE up AS (
    SELECT id, rule_id, segment_id FROM segments_segmentrule WHERE id = $1
    UNION SELECT r.id, r.rule_id, r.segment_id FROM segments_segmentrule r JOIN up ON r.id = up.rule_id)`;
const OWNERS: Readonly<Record<string, string>> = {
  features_feature: "SELECT $1::integer AS id",
  features_featurestate: "SELECT feature_id AS id FROM features_featurestate WHERE id = $1",
  features_featurestatevalue: `SELECT s.feature_id AS id FROM features_featurestate s
    JOIN features_featurestatevalue v ON v.feature_state_id = s.id WHERE v.id = $1`,
  features_featuresegment: "SELECT feature_id AS id FROM features_featuresegment WHERE id = $1",
  multivariate_multivariatefeatureoption:
    "SELECT feature_id AS id FROM multivariate_multivariatefeatureoption WHERE id = $1",
  multivariate_multivariatefeaturestatevalue: `SELECT s.feature_id AS id FROM features_featurestate s
    JOIN multivariate_multivariatefeaturestatevalue a ON a.feature_state_id = s.id WHERE a.id = $1`,
  segments_segment: `${OVERRIDES_OF} = $1`,
  segments_segmentrule: `${ROOT} ${OVERRIDES_OF} IN (SELECT segment_id FROM up)`,
  segments_condition: `${ROOT.replace("id = $1", "id = (SELECT rule_id FROM segments_condition WHERE id = $1)")}
    ${OVERRIDES_OF} IN (SELECT segment_id FROM up)`,
  environments_identity: "SELECT feature_id AS id FROM features_featurestate WHERE identity_id = $1",
  tags_tag: "SELECT feature_id AS id FROM features_feature_tags WHERE tag_id = $1",
};
const TABLES = Object.keys(OWNERS);

const NASTY: Readonly<Record<string, readonly unknown[]>> = {
  boolean: [null, true, false],
  integer: [null, 0, -1, 2_147_483_647, -2_147_483_648],
  "double precision": [null, "NaN", "Infinity", "-Infinity", -1, 0, 100.00000001, 1e308, 5e-324],
  "timestamp with time zone": [null, "infinity", "-infinity", "290000-01-01", "0044-03-15 BC", "2026-01-01"],
  text: [
    null,
    "",
    "__proto__",
    "constructor",
    "((",
    "\\",
    '{"$ref":',
    "𝒳".repeat(400),
    "\u2028",
    "ALL",
    "NaN",
    "1|0",
  ],
  uuid: [null, "00000000-0000-0000-0000-000000000000"],
  jsonb: [null, "{}", "[]"],
};

interface Mutation {
  readonly table: string;
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  table: fc.constantFrom(...TABLES),
  row: fc.nat(),
  column: fc.nat(),
  value: fc.nat(),
});

describe("random rows", () => {
  let place: BadRowPlace;
  const columns = new Map<
    string,
    readonly { readonly name: string; readonly values: readonly unknown[] }[]
  >();
  beforeAll(async () => {
    place = await openBadRowPlace();
    for (const table of TABLES) {
      const rows = (await place.test.database.query(
        `SELECT column_name AS name, data_type AS type FROM information_schema.columns
          WHERE table_name = $1 AND column_name <> 'id' ORDER BY column_name`,
        [table],
      )) as readonly { readonly name: string; readonly type: string }[];
      columns.set(
        table,
        rows.map(({ name, type }) => ({
          name,
          values: NASTY[type.replace("character varying", "text")] ?? [null],
        })),
      );
    }
  });
  afterAll(() => place.test.drop());

  /** Spoils one value, and gives the ids of the features that this may touch. */
  async function spoil(
    transaction: Queryable,
    { table, row, column, value }: Mutation,
  ): Promise<readonly number[]> {
    const ids = await transaction.query(`SELECT id FROM ${table} ORDER BY id`);
    const id = (ids[row % ids.length] as { readonly id: number }).id;
    const owners = await transaction.query(OWNERS[table] ?? "", [id]);
    const known = columns.get(table) ?? [];
    const chosen = known[column % known.length];
    if (chosen === undefined) throw new Error(`${table} has no columns`);
    const nasty = chosen.values[value % chosen.values.length];
    await transaction.query(`UPDATE ${table} SET "${chosen.name}" = $2 WHERE id = $1`, [id, nasty]);
    return owners.map((owner) => (owner as { readonly id: number }).id);
  }

  it(`harm nobody but their own (seed ${SEED})`, async () => {
    const before = await place.after();
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const touched = new Set<number>();
        const after = await place.afterWork(async (transaction) => {
          for (const one of mutations) for (const id of await spoil(transaction, one)) touched.add(id);
        });
        for (const [id, text] of before.flags) if (!touched.has(id)) expect(after.flags.get(id)).toBe(text);
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  }, 300_000);
});
