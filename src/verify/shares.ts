import type { EnvironmentSnapshot, Feature } from "../model/environment.ts";
import { expectedOf, isBooleanLike } from "./agreement.ts";
import type { FlagdEvaluator } from "./flagd-evaluator.ts";
import { createFlagsmithEngine } from "./flagsmith-engine.ts";
import { drawsLots, segmentConditions } from "./percentage.ts";
import { contextOf, type Person, type TraitValue } from "./person.ts";
import { traitNamed } from "./property-value.ts";

/** How often each side gave one answer to the same people. */
export interface Share {
  /** `null`: off, the caller's default; of a boolean-like flag `false` is off too. */
  readonly value: string | number | boolean | null;
  readonly flagsmith: number;
  readonly flagd: number;
}

/** The shares of one flag among people with the same traits. */
export interface ShareComparison {
  readonly traits: Person["traits"];
  readonly keys: number;
  readonly shares: readonly Share[];
  readonly agrees: boolean;
  /** What the evaluator complained of, if it ever did. */
  readonly error: string | undefined;
}

/** Both sides, and how many keys to try on each. */
export interface ShareScope {
  readonly snapshot: EnvironmentSnapshot;
  readonly evaluator: FlagdEvaluator;
  readonly keys: number;
  readonly seed: number;
}

/** Five standard deviations: by chance alone, one comparison in two million differs more. */
const DEVIATIONS = 5;
/** Small counts have longer tails than the normal distribution. */
const SLACK = 5;

/**
 * Compares how often each answer comes, over many keys: the two sides hash differently, so each draws its own lots, and the
 * difference of two honest counts stays within five standard deviations. A trait that lots are drawn by varies with the key.
 */
export async function compareShares(
  feature: Feature,
  { traits }: Person,
  { snapshot, evaluator, keys, seed }: ShareScope,
): Promise<ShareComparison> {
  const engine = createFlagsmithEngine({ ...snapshot, features: [feature] });
  const drawnBy = new Set(
    segmentConditions(feature, snapshot)
      .filter(drawsLots)
      .map(({ property }) => traitNamed(property)),
  );
  const counts = new Map<Share["value"], { flagsmith: number; flagd: number }>();
  const count = (value: Share["value"], side: "flagsmith" | "flagd"): void => {
    const held = counts.get(value) ?? { flagsmith: 0, flagd: 0 };
    held[side] += 1;
    counts.set(value, held);
  };
  const off = isBooleanLike(feature) ? false : null;
  let error: string | undefined;
  for (let number = 0; number < keys; number += 1) {
    const key = `share-${seed}-${number}`;
    const own: Record<string, TraitValue> = { ...traits };
    for (const name of drawnBy) if (name !== undefined) own[name] = key;
    const person = { identifier: key, traits: own };
    const asked = (await engine.answer(person)).get(feature.name);
    if (asked === undefined) continue;
    const expected = expectedOf(feature, asked, snapshot.settings.semantics);
    const got = evaluator.answer(feature.name, contextOf(person));
    error ??= got === undefined ? "the document has no such flag" : got.error;
    count(expected ?? off, "flagsmith");
    count(got?.value ?? off, "flagd");
  }
  const shares = [...counts]
    .map(([value, both]) => ({ value, ...both }))
    .sort((left, right) => right.flagsmith - left.flagsmith);
  const withinBounds = shares.every((share) => isWithinBounds(share, keys));
  return { traits, keys, shares, agrees: withinBounds && error === undefined, error };
}

function isWithinBounds({ flagsmith, flagd }: Share, keys: number): boolean {
  const both = flagsmith + flagd;
  const deviation = Math.sqrt(both * (1 - both / (2 * keys)));
  return Math.abs(flagsmith - flagd) <= DEVIATIONS * deviation + (deviation > 0 ? SLACK : 0);
}
