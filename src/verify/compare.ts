/**
 * verify: asks Flagsmith's engine and flagd's evaluator the same questions about one environment, and says where they
 * differ and by which rule. Pure: the two engines do no I/O, and chance comes from a seed.
 */
import type { Feature } from "../model/environment.ts";
import { narrowingWarnings } from "./announced.ts";
import { compareAnswers, type Disagreement } from "./compare-answers.ts";
import type { Comparison } from "./comparison.ts";
import { derivePeople } from "./derive-people.ts";
import { createFlagdEvaluator } from "./flagd-evaluator.ts";
import { involvesPercentage } from "./percentage.ts";
import { createRandom } from "./random.ts";
import { compareShares, type ShareComparison } from "./shares.ts";
import { createTally } from "./tally.ts";
import { tellingPeople } from "./telling-people.ts";

/** How one flag fared. */
export interface FlagReport {
  readonly flag: string;
  /** `shares`: a percentage has a say, so it was compared how often each answer comes. */
  readonly comparedBy: "answers" | "shares";
  /** Answers, or groups of people among whom only lots decide. */
  readonly compared: number;
  readonly agreed: number;
  readonly announced: number;
}

/** The outcome of a {@link Comparison}. */
export interface VerifyReport {
  readonly seed: number;
  readonly contexts: number;
  readonly keys: number;
  readonly compared: number;
  readonly agreed: number;
  readonly announced: number;
  readonly flags: readonly FlagReport[];
  readonly disagreements: readonly Disagreement[];
  readonly shares: readonly (ShareComparison & { readonly flag: string; readonly announced: boolean })[];
  /** Flags of the document that the environment does not have. */
  readonly unknownFlags: readonly string[];
}

/** Groups of people whose shares are compared, per flag. */
const MOST_GROUPS = 6;

/** Compares all flags, people for people, and shares where a percentage decides. */
export async function compareEngines(comparison: Comparison): Promise<VerifyReport> {
  const { snapshot, contexts, seed } = comparison;
  const people = derivePeople(snapshot, { count: contexts, random: createRandom(seed) });
  const evaluator = createFlagdEvaluator(comparison.document);
  const byLots = snapshot.features.filter((feature) => involvesPercentage(feature, snapshot));
  const steps = { done: 0, total: people.length * 2 };
  const step = (count: number): void => {
    steps.done += count;
    comparison.onProgress?.(Math.round(steps.done), steps.total);
  };
  const tallies = new Map(snapshot.features.map(({ name }) => [name, createTally()]));
  const answers = await compareAnswers(comparison, { people, evaluator, tallies, step });
  const shares: VerifyReport["shares"][number][] = [];
  for (const feature of byLots) {
    const groups = await tellingPeople(feature, people, { snapshot, most: MOST_GROUPS });
    const warned = isWarned(feature, comparison);
    for (const person of groups) {
      const outcome = await compareShares(feature, person, { ...comparison, evaluator });
      const announced = !outcome.agrees && outcome.error === undefined && warned;
      shares.push({ flag: feature.name, announced, ...outcome });
      tallies.get(feature.name)?.count(outcome.agrees, announced);
      step(people.length / byLots.length / groups.length);
    }
  }
  comparison.onProgress?.(steps.total, steps.total);
  const lots = new Set(byLots);
  const flags = snapshot.features.map(
    (feature): FlagReport => ({
      flag: feature.name,
      comparedBy: lots.has(feature) ? "shares" : "answers",
      ...(tallies.get(feature.name) ?? createTally()).read(),
    }),
  );
  const names = new Set(snapshot.features.map(({ name }) => name));
  return {
    seed,
    contexts: people.length,
    keys: comparison.keys,
    compared: sum(flags.map(({ compared }) => compared)),
    agreed: sum(flags.map(({ agreed }) => agreed)),
    announced: sum(flags.map(({ announced }) => announced)),
    flags,
    disagreements: answers,
    shares,
    unknownFlags: evaluator.flagNames.filter((name) => !names.has(name)),
  };
}

/** Whether some segment of the flag was announced to be narrower: its shares then are, too. */
function isWarned(feature: Feature, { snapshot, warnings }: Comparison): boolean {
  return feature.segmentOverrides.some(({ segmentId }) => {
    const segment = snapshot.segments.get(segmentId);
    return segment !== undefined && narrowingWarnings(feature, segment, warnings).length > 0;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
