import type { Feature } from "../model/environment.ts";
import type { TranslationWarning } from "../model/warning.ts";
import { agrees, type Expected, expectedOf } from "./agreement.ts";
import { announcedBy } from "./announced.ts";
import type { Comparison } from "./comparison.ts";
import type { FlagdAnswer, FlagdEvaluator } from "./flagd-evaluator.ts";
import { createFlagsmithEngine } from "./flagsmith-engine.ts";
import { type Cause, locate } from "./locate.ts";
import { involvesPercentage } from "./percentage.ts";
import { contextOf, type FlagdContext, type Person } from "./person.ts";
import type { Tally } from "./tally.ts";
import { isWithoutLots } from "./without-lots.ts";

/** One way in which the two sides differ, with its first example. */
export interface Disagreement {
  readonly flag: string;
  readonly context: FlagdContext;
  /** `null`: off, the caller's default. */
  readonly flagsmith: string | number | boolean | null;
  /** The same; an evaluation error gives the caller's default too. */
  readonly flagd: string | number | boolean | null;
  readonly error: string | null;
  readonly cause: Cause;
  /** The translation's warnings that announced it; empty: it did not. */
  readonly announcedBy: readonly TranslationWarning[];
  /** How many of the people differ so. */
  readonly people: number;
}

/** What all people of one comparison share. */
export interface Round {
  readonly people: readonly Person[];
  readonly evaluator: FlagdEvaluator;
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly step: (count: number) => void;
}

/** Asks both sides about each person; disagreements are gathered by what differs, and the rule is looked for once. */
export async function compareAnswers(comparison: Comparison, round: Round): Promise<readonly Disagreement[]> {
  const { snapshot, warnings } = comparison;
  const engine = createFlagsmithEngine(snapshot);
  const lots = new Set(snapshot.features.filter((feature) => involvesPercentage(feature, snapshot)));
  const found = new Map<string, { first: Disagreement; people: number }>();
  for (const person of round.people) {
    const asked = await engine.answer(person);
    const context = contextOf(person);
    for (const feature of snapshot.features) {
      const flagsmith = asked.get(feature.name);
      const flagd = round.evaluator.answer(feature.name, context);
      if (flagsmith === undefined) continue;
      const failed = flagd === undefined || flagd.error !== undefined;
      if (lots.has(feature) && !failed && !isWithoutLots(feature, person, flagsmith)) continue;
      const expected = expectedOf(feature, flagsmith, snapshot.settings.semantics);
      const agreed = agrees(feature, expected, flagd);
      if (agreed) {
        round.tallies.get(feature.name)?.count(true, false);
        continue;
      }
      const announced = failed
        ? []
        : ((await announcedBy(snapshot, { feature, person, flagd }, warnings)) ?? []);
      round.tallies.get(feature.name)?.count(false, announced.length > 0);
      const kind = [feature.name, flagsmith.stateId, flagd?.variant, flagd?.error, announced.length > 0];
      const key = JSON.stringify(kind);
      const known = found.get(key);
      if (known !== undefined) {
        known.people += 1;
        continue;
      }
      const cause = await locate(snapshot, { feature, person, flagsmith }, comparison.translate);
      const first = disagreement({ feature, context, expected, flagd, cause, announced });
      found.set(key, { first, people: 1 });
    }
    round.step(1);
  }
  return [...found.values()].map(({ first, people }) => ({ ...first, people }));
}

function disagreement(parts: {
  readonly feature: Feature;
  readonly context: FlagdContext;
  readonly expected: Expected;
  readonly flagd: FlagdAnswer | undefined;
  readonly cause: Cause;
  readonly announced: readonly TranslationWarning[];
}): Disagreement {
  const { flagd } = parts;
  return {
    flag: parts.feature.name,
    context: parts.context,
    flagsmith: parts.expected ?? null,
    flagd: flagd?.value ?? null,
    error: flagd === undefined ? "the document has no such flag" : (flagd.error ?? null),
    cause: parts.cause,
    announcedBy: parts.announced,
    people: 1,
  };
}
