import fc from "fast-check";

/** The seed of every run, so that CI repeats itself. */
const FIXED_SEED = 4;

/** Another in every run, printed: set PROPERTY_SEED to repeat one. */
const RANDOM_SEED = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** So many times the usual cases: set PROPERTY_RUNS_FACTOR to look for what a usual run meets once in a while. */
const FACTOR = Number(process.env.PROPERTY_RUNS_FACTOR ?? 1);

/** A property stops there, on a slow machine with fewer cases; usually it takes a few seconds. */
const ENOUGH_MS = 60_000 * FACTOR;

/** For the tests of a property: it stops by itself before, unless it hangs. */
export const TIMEOUT = 2 * ENOUGH_MS;

/** Both seeds with their names for `test.each`. */
export const SEEDS: readonly (readonly [name: string, seed: number])[] = [
  ["the fixed seed", FIXED_SEED],
  [`a random seed (PROPERTY_SEED=${RANDOM_SEED})`, RANDOM_SEED],
];

/**
 * How a property runs: a failure says seed, path and the smallest counter-example, and one that ran out of time how far it
 * came. Slowness is no failure; not one case is.
 */
export function runs(seed: number, numRuns: number): fc.Parameters<unknown> {
  const wanted = numRuns * FACTOR;
  return {
    seed,
    numRuns: wanted,
    endOnFailure: false,
    interruptAfterTimeLimit: ENOUGH_MS,
    reporter: (details: fc.RunDetails<unknown>) => {
      if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
      if (details.interrupted) console.warn(`*** ${details.numRuns} of ${wanted} cases: a slow machine ***`);
    },
  };
}
