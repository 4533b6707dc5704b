/**
 * Percentages by the real evaluator over 100,000 keys: the shares are Flagsmith's, splits do not depend on one another, and
 * a key stays where it was. The hash is fixed, so a bound of five standard deviations that holds once holds for ever.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Feature, Segment } from "../../../src/model/environment.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import {
  condition,
  feature,
  forIdentity,
  forSegment,
  options,
  rule,
  segment,
  snapshot,
  split,
} from "../../support/build-snapshot.ts";
import { type Context, compiledFlagd, flagd } from "./evaluate.ts";

const KEYS = Array.from({ length: 100_000 }, (_, index) => `user-${index}@example.com`);
const COLOURS = options("red", "green");

/** What the flag answers to each key, in the order of the keys. */
function ask(input: { features: readonly Feature[]; segments?: readonly Segment[] }) {
  const evaluate = compiledFlagd(translateEnvironment(snapshot(input)));
  return (flag: string, attributes: Context = {}, keys: readonly string[] = KEYS) =>
    keys.map((targetingKey) => evaluate(flag, { targetingKey, ...attributes }));
}

function count(answers: readonly unknown[], wanted: unknown): number {
  return answers.reduce<number>((sum, one) => sum + (one === wanted ? 1 : 0), 0);
}

/** Within five standard deviations of what so many independent draws give. */
function expectShare(hits: number, percentage: number, draws = KEYS.length): void {
  const share = percentage / 100;
  const deviation = Math.sqrt(draws * share * (1 - share));
  expect(Math.abs(hits - draws * share)).toBeLessThanOrEqual(5 * deviation);
}

/** On for the members of a segment that is a percentage of all. */
function percentageFlag(id: number, percentage: string, property: string | null = null) {
  return {
    flag: feature(id, `split-${id}`, {
      environment: { enabled: false },
      segmentOverrides: [forSegment(id, 0)],
    }),
    segment: segment(id, `Some ${percentage} %`, condition(property, "PERCENTAGE_SPLIT", percentage)),
  };
}

describe("multivariate flags", () => {
  const coloured = feature(1, "colour", {
    environment: { value: "blue", allocations: split(33.3, 12.5) },
    options: COLOURS,
    segmentOverrides: [forSegment(1, 0, { value: "grey", allocations: split(0.1, 20) })],
    identityOverrides: KEYS.slice(0, 50_000).map((key) =>
      forIdentity(key, { value: "black", allocations: split(75) }),
    ),
  });
  const beta = segment(1, "Beta", condition("beta", "EQUAL", "yes"));
  const shares = { green: 12.5, red: 33.3, blue: 54.2 };

  it("have the shares of the environment's allocations, the rest control", () => {
    const answers = ask({ features: [{ ...coloured, identityOverrides: [] }], segments: [beta] })("colour");
    for (const [colour, share] of Object.entries(shares)) expectShare(count(answers, colour), share);
  });

  it("have an override's own shares for the members of its segment", () => {
    const answers = ask({ features: [{ ...coloured, identityOverrides: [] }], segments: [beta] })("colour", {
      beta: "yes",
    });
    expectShare(count(answers, "red"), 0.1);
    expectShare(count(answers, "green"), 20);
    expectShare(count(answers, "grey"), 79.9);
  });

  it("have an identity override's own shares", () => {
    const settings = { identityOverrideLimit: 50_000 };
    const evaluate = compiledFlagd(translateEnvironment(snapshot({ features: [coloured], settings })));
    const some = KEYS.slice(0, 50_000).filter((_, index) => index % 25 === 0);
    const answers = some.map((targetingKey) => evaluate("colour", { targetingKey }));
    expectShare(count(answers, "red"), 75, some.length);
    expectShare(count(answers, "black"), 25, some.length);
  });
});

describe("PERCENTAGE_SPLIT", () => {
  it.each(["0.1", "12.5", "33.3", "99.99"])("puts %s %% of all into the segment", (percentage) => {
    const { flag, segment: some } = percentageFlag(1, percentage);
    expectShare(count(ask({ features: [flag], segments: [some] })("split-1"), true), Number(percentage));
  });

  it("splits by a trait, whose bearers stay together", () => {
    const { flag, segment: some } = percentageFlag(1, "25", "company");
    const evaluate = compiledFlagd(translateEnvironment(snapshot({ features: [flag], segments: [some] })));
    const companies = KEYS.slice(0, 20_000);
    const inside = companies.filter((company) => evaluate("split-1", { targetingKey: "a", company }));
    expectShare(inside.length, 25, companies.length);
    const again = companies.filter((company) => evaluate("split-1", { targetingKey: "b", company }));
    expect(again).toEqual(inside);
  });

  it("narrows within other conditions, and is complemented by NONE", () => {
    const parts = [
      segment(1, "German 50 %", condition("country", "EQUAL", "DE"), condition("", "PERCENTAGE_SPLIT", "50")),
      segment(2, "The others", rule("NONE", condition("", "PERCENTAGE_SPLIT", "20"))),
    ];
    const flags = [1, 2].map((id) => ({ ...percentageFlag(id, "0").flag }));
    const answer = ask({ features: flags, segments: parts });
    const keys = KEYS.slice(0, 20_000);
    expectShare(count(answer("split-1", { country: "DE" }, keys), true), 50, keys.length);
    expect(count(answer("split-1", { country: "FR" }, keys), true)).toBe(0);
    expectShare(count(answer("split-2", {}, keys), true), 80, keys.length);
  });
});

describe("splits do not depend on one another", () => {
  const [tenth, quarter] = [percentageFlag(1, "10"), percentageFlag(2, "25")];
  const coloured = feature(3, "colour", {
    environment: { value: "blue", allocations: split(30, 20) },
    options: COLOURS,
  });
  const sized = feature(4, "size", {
    environment: { value: "L", allocations: split(50) },
    options: options("S"),
  });
  let answers: Readonly<Record<string, readonly unknown[]>>;
  beforeAll(() => {
    const answer = ask({
      features: [tenth.flag, quarter.flag, coloured, sized],
      segments: [tenth.segment, quarter.segment],
    });
    answers = Object.fromEntries(
      ["split-1", "split-2", "colour", "size"].map((name) => [name, answer(name)]),
    );
  });
  /** Pearson's statistic of the table of both flags' answers. */
  function chiSquare(one: string, other: string): { statistic: number; freedom: number } {
    const [left = [], right = []] = [answers[one], answers[other]];
    const [rows, columns] = [[...new Set(left)], [...new Set(right)]];
    let statistic = 0;
    for (const row of rows) {
      for (const column of columns) {
        const expected = (count(left, row) * count(right, column)) / KEYS.length;
        const seen = left.reduce<number>(
          (sum, value, index) => sum + (value === row && right[index] === column ? 1 : 0),
          0,
        );
        statistic += (seen - expected) ** 2 / expected;
      }
    }
    return { statistic, freedom: (rows.length - 1) * (columns.length - 1) };
  }

  it.each([
    ["two segments", "split-1", "split-2"],
    ["a segment and a multivariate flag", "split-1", "colour"],
    ["two multivariate flags", "size", "colour"],
  ])("%s", (_, one, other) => {
    const { statistic, freedom } = chiSquare(one, other);
    expect(freedom).toBeGreaterThan(0);
    expect(statistic).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom) + 10);
  });

  it("10 % and 25 % of all have 2.5 % in common", () => {
    const [left = [], right = []] = [answers["split-1"], answers["split-2"]];
    expectShare(left.filter((value, index) => value === true && right[index] === true).length, 2.5);
  });
});

describe("a key stays in its bucket", () => {
  const keys = KEYS.slice(0, 20_000);
  const colour = (...percentages: number[]) =>
    feature(1, "colour", {
      environment: { value: "blue", allocations: split(...percentages) },
      options: COLOURS,
    });
  const tenth = percentageFlag(2, "10");

  it("when another flag or segment comes, changes or goes", () => {
    const before = ask({ features: [colour(30, 20), tenth.flag], segments: [tenth.segment] });
    const other = percentageFlag(7, "50");
    const noise = feature(9, "noise", {
      environment: { value: "x", allocations: split(50) },
      options: options("y"),
      segmentOverrides: [forSegment(7, 0, { value: "z" })],
    });
    const renamed = { ...tenth.segment, name: "Another name" };
    const after = ask({
      features: [noise, other.flag, tenth.flag, colour(30, 20)],
      segments: [other.segment, renamed],
    });
    for (const flag of ["colour", "split-2"]) {
      expect(after(flag, {}, keys)).toEqual(before(flag, {}, keys));
    }
  });

  it("when a segment grows: nobody leaves", () => {
    const before = ask({ features: [tenth.flag], segments: [tenth.segment] })("split-2", {}, keys);
    for (const percentage of ["10.5", "33.333", "90"]) {
      const grown = percentageFlag(2, percentage);
      const after = ask({ features: [tenth.flag], segments: [grown.segment] })("split-2", {}, keys);
      expect(before.filter((value, index) => value === true && after[index] !== true)).toEqual([]);
    }
  });

  it.each([
    ["the last option before control", [30, 25], [["blue", "green"]]],
    ["by a decimal", [30, 20.5], [["blue", "green"]]],
    [
      "the first option, which pushes the next one on",
      [35, 20],
      [
        ["green", "red"],
        ["blue", "green"],
      ],
    ],
  ])("when a weight grows, but for those at the seams: %s", (_, percentages, allowed) => {
    const before = ask({ features: [colour(30, 20)] })("colour", {}, keys);
    const after = ask({ features: [colour(...percentages)] })("colour", {}, keys);
    const moves = new Set(
      before.flatMap((value, index) => (value === after[index] ? [] : [`${value} to ${after[index]}`])),
    );
    expect([...moves].sort()).toEqual(allowed.map(([from, to]) => `${from} to ${to}`).sort());
  });
});

it("without an identity every split answers control", () => {
  const coloured = feature(1, "colour", {
    environment: { value: "blue", allocations: split(50, 50) },
    options: COLOURS,
    segmentOverrides: [forSegment(2, 0, { value: "grey", allocations: split(50, 50) })],
  });
  const beta = segment(2, "Beta", condition("beta", "EQUAL", "yes"));
  const half = percentageFlag(3, "50");
  const evaluate = flagd(
    translateEnvironment(snapshot({ features: [coloured, half.flag], segments: [beta, half.segment] })),
  );
  for (const targetingKey of [undefined, null, "", 0, 5, 1.5, true, false, ["a"], [], {}, { a: 1 }]) {
    expect([targetingKey, evaluate("colour", { targetingKey })]).toEqual([targetingKey, "blue"]);
    expect(evaluate("colour", { targetingKey, beta: "yes" })).toBe("grey");
    expect(evaluate("split-3", { targetingKey, beta: "yes" })).toBe(false);
  }
  expect(evaluate("colour")).toBe("blue");
});
