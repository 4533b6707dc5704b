/**
 * Rows that break every assumption: one bad feature never takes down its neighbours. Each case spoils rows of the sample
 * project and reads it; the flags that are not named must be what they were, to the last byte.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BAD_ROWS } from "./bad-row-cases.ts";
import { type BadRowPlace, type Outcome, openBadRowPlace } from "./bad-row-place.ts";

const NAMES = [
  "",
  " ",
  "a.b/c",
  'quo"te',
  "ünïcödé 🎈",
  "__proto__",
  "constructor",
  "toString",
  "line\nbreak",
  "\u2028",
  "$ref",
];

const worded = ({ warnings }: Outcome): readonly string[] =>
  warnings.map(({ reason, feature: name = "-", detail }) => `${reason} ${name} ${detail}`);

describe("rows that break assumptions", () => {
  let place: BadRowPlace;
  let before: Outcome;
  beforeAll(async () => {
    place = await openBadRowPlace();
    before = await place.after();
  });
  afterAll(() => place.test.drop());

  const idOf = (name: string): number => place.sample.featureIds.get(name) ?? 0;

  function expectNeighboursUntouched(after: Outcome, names: readonly string[]): void {
    const touched = new Set(names.map(idOf));
    for (const [id, text] of before.flags) if (!touched.has(id)) expect(after.flags.get(id)).toBe(text);
  }

  it("the sample itself is all readable", () => {
    expect(before.flags.size).toBe(place.sample.featureIds.size);
    expect(before.unreadable).toEqual([]);
  });

  it.each(Object.entries(BAD_ROWS))("%s", async (_, { sql, touches = [], leftOut = [], warns }) => {
    const after = await place.after(...sql);
    expectNeighboursUntouched(after, [...touches, ...leftOut]);
    for (const name of touches) expect(after.flags.has(idOf(name)), name).toBe(true);
    for (const name of leftOut) expect(after.flags.has(idOf(name)), name).toBe(false);
    const known = new Set(worded(before));
    const fresh = worded(after).filter((words) => !known.has(words));
    if (warns === undefined) expect(fresh.filter((words) => words.startsWith("unreadable_row"))).toEqual([]);
    else expect(fresh.length === 0 ? [""] : fresh).toContainEqual(expect.stringMatching(warns));
  });

  it.each(NAMES)(
    "the name %j: of a feature, a segment, an environment, an identity, an option",
    async (name) => {
      const after = await place.afterWork(async (transaction) => {
        await transaction.query("UPDATE features_feature SET name = $1 WHERE name = 'dark_theme'", [name]);
        await transaction.query("UPDATE segments_segment SET name = $1 WHERE name = 'staff'", [name]);
        await transaction.query("UPDATE environments_identity SET identifier = $1 WHERE identifier = '007'", [
          name,
        ]);
        await transaction.query(
          "UPDATE multivariate_multivariatefeatureoption SET key = $1 WHERE key = 'green'",
          [name],
        );
        await transaction.query("UPDATE environments_environment SET name = $1 WHERE name = 'Production'", [
          name,
        ]);
        await transaction.query("UPDATE projects_project SET name = $1", [name]);
      });
      expect(after.flags.size).toBe(before.flags.size);
      expect(JSON.parse(after.flags.get(idOf("dark_theme")) ?? "[]")[0]).toBe(name);
      expectNeighboursUntouched(after, ["dark_theme", "staff_tools", "debug_toolbar", "button_colour"]);
    },
  );

  it("Postgres itself refuses a NUL", async () => {
    const nul = place.afterWork((transaction) =>
      transaction.query("UPDATE features_feature SET name = $1 WHERE name = 'dark_theme'", ["a\0b"]),
    );
    await expect(nul).rejects.toThrow(/invalid byte sequence/);
  });
});
