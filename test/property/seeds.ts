import type fc from "fast-check";

/** The seed of every run, so that CI repeats itself. */
const FIXED_SEED = 4;

/** Another in every run, printed: set PROPERTY_SEED to repeat one. */
const RANDOM_SEED = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Both seeds with their names for `test.each`. */
export const SEEDS: readonly (readonly [name: string, seed: number])[] = [
  ["the fixed seed", FIXED_SEED],
  [`a random seed (PROPERTY_SEED=${RANDOM_SEED})`, RANDOM_SEED],
];

/** How a property runs: fast-check prints seed, path and the smallest counter-example of a failure. */
export function runs(seed: number, numRuns: number): fc.Parameters<unknown> {
  return { seed, numRuns, endOnFailure: false };
}
