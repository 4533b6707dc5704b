/**
 * (e) What does it cost to make an environment's document from nothing, and how does that grow with flags, overrides and identities?
 * No goal: what one change costs, which is (b).
 */
import { createPlace } from "../database/place.ts";
import { LARGE, type PlaceSize } from "../database/seed.ts";
import type { Bench, Cell, Findings } from "../scenario.ts";
import { builtFromScratch } from "./build-stages.ts";

const CASES: readonly (readonly [string, PlaceSize])[] = [
  ["1,000 flags, 100 segments, 300 + 100 overrides", LARGE],
  [
    "a tenth of everything",
    { ...LARGE, features: 100, segments: 10, segmentOverrides: 30, identityOverrides: 10 },
  ],
  ["10 x segment overrides", { ...LARGE, segmentOverrides: 3_000 }],
  ["10 x identity overrides", { ...LARGE, identityOverrides: 1_000 }],
  [
    "10 x everything",
    { ...LARGE, features: 10_000, segments: 1_000, segmentOverrides: 3_000, identityOverrides: 1_000 },
  ],
];

async function run(bench: Bench): Promise<Findings> {
  const rows: (readonly Cell[])[] = [];
  for (const [what, size] of bench.quick ? CASES.slice(0, 2) : CASES) {
    bench.say(what);
    const place = await createPlace(size);
    try {
      const built = await builtFromScratch(place, bench.quick ? 3 : 8);
      rows.push([
        what,
        built.readMs,
        built.translateMs,
        built.totalMs - built.readMs - built.translateMs,
        built.totalMs,
        built.changedMs,
        built.bytes / 1_000,
        built.zippedBytes / 1_000,
      ]);
    } finally {
      await place.stop();
    }
  }
  return {
    tables: [
      {
        columns: [
          "environment",
          "read (ms)",
          "translate",
          "hash and frame",
          "sum",
          "one flag toggled: translate and hash",
          "document (KB)",
          "gzipped (KB)",
        ],
        rows,
      },
    ],
    remarks: [
      "Medians of eight; every identity override is translated (the limit of 100 per environment is lifted).",
    ],
  };
}

/** See the top of this file. */
export const growth = { letter: "e", title: "Reading and translating from nothing, and how it grows", run };
