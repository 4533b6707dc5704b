import { describe, expect, it } from "vitest";
import { layBuckets } from "../../../src/translate/feature/percentage.ts";

describe("layBuckets", () => {
  const cases: [string, number[], [number | null, number][]][] = [
    [
      "the rest keeps the state's own value",
      [30, 20],
      [
        [1, 30],
        [2, 20],
        [null, 50],
      ],
    ],
    [
      "nothing is left at 100 %",
      [50, 50],
      [
        [1, 50],
        [2, 50],
      ],
    ],
    [
      "decimals become whole weights, exactly",
      [33.3, 12.5, 54.2],
      [
        [1, 333],
        [2, 125],
        [3, 542],
      ],
    ],
    [
      "the smallest decimals decide the unit",
      [0.01, 1],
      [
        [1, 1],
        [2, 100],
        [null, 9899],
      ],
    ],
    [
      "an option of 0 % is left out",
      [0, 40],
      [
        [2, 40],
        [null, 60],
      ],
    ],
    ["no allocation is no split", [], [[null, 100]]],
    ["only 0 % is no split", [0, 0], [[null, 100]]],
    [
      "above 100 % the rest is cut, as Flagsmith lays it",
      [60, 60, 10],
      [
        [1, 60],
        [2, 40],
      ],
    ],
    ["one option at 100 %", [100], [[1, 100]]],
    [
      "a third is cut at five decimals",
      [100 / 3],
      [
        [1, 3333333],
        [null, 6666667],
      ],
    ],
    [
      "too small for flagd",
      [1e-9, 50],
      [
        [2, 5000000],
        [null, 5000000],
      ],
    ],
  ];
  it.each(cases)("%s", (_, percentages, expected) => {
    const allocations = percentages.map((percentage, index) => ({ optionId: index + 1, percentage }));
    const buckets = layBuckets(allocations, new Set(allocations.map(({ optionId }) => optionId)));
    expect(buckets.map(({ optionId, weight }) => [optionId, weight])).toEqual(expected);
    expect(buckets.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(2_147_483_647);
  });

  it("keeps the order of the allocations, which is Flagsmith's order of buckets", () => {
    const allocations = [
      { optionId: 2, percentage: 10 },
      { optionId: 1, percentage: 20 },
    ];
    expect(layBuckets(allocations, new Set([1, 2])).map(({ optionId }) => optionId)).toEqual([2, 1, null]);
  });

  it("gives the share of an unknown option to the state's own value", () => {
    expect(layBuckets([{ optionId: 9, percentage: 100 }], new Set([1]))).toEqual([
      { optionId: null, weight: 100 },
    ]);
  });
});
