import type { EnvironmentSnapshot, Feature, Semantics } from "../model/environment.ts";
import type { TranslationWarning } from "../model/warning.ts";
import { agrees, expectedOf } from "./agreement.ts";
import { announcedBy } from "./announced.ts";
import { explainFlagd, type FlagdExplanation } from "./explain-flagd.ts";
import { explainFlagsmith, type FlagsmithExplanation } from "./explain-flagsmith.ts";
import { createFlagdEvaluator, type FlagdAnswer } from "./flagd-evaluator.ts";
import { createFlagsmithEngine, type FlagsmithAnswer } from "./flagsmith-engine.ts";
import { type Cause, locate } from "./locate.ts";
import { involvesPercentage } from "./percentage.ts";
import { type FlagdContext, type Person, personOf } from "./person.ts";
import type { Translate } from "./segment-probe.ts";
import { isWithoutLots } from "./without-lots.ts";

/** How the two answers stand to each other. */
export type Verdict =
  | { readonly kind: "agree" }
  /** They differ, and a percentage has a say: who is in which bucket differs, the shares agree. */
  | { readonly kind: "other_bucket" }
  /** They differ as the translation's warnings said. */
  | { readonly kind: "announced"; readonly by: readonly TranslationWarning[] }
  | { readonly kind: "disagree"; readonly cause: Cause }
  /** Traits without an identifier: Flagsmith knows no such person. */
  | { readonly kind: "no_identity" };

/** Why one flag answers what it answers to one context, on both sides. */
export interface Explanation {
  readonly flag: string;
  readonly context: FlagdContext;
  /** In `value` an override's own on/off does not count (docs/decisions/0003-semantics.md). */
  readonly semantics: Semantics;
  readonly flagsmith: FlagsmithExplanation;
  readonly flagd: FlagdExplanation;
  readonly verdict: Verdict;
  /** The translation's warnings of this flag. */
  readonly warnings: readonly TranslationWarning[];
}

/** What is explained, as a comparison has it. */
export interface ExplainScope {
  readonly snapshot: EnvironmentSnapshot;
  readonly document: string;
  readonly warnings: readonly TranslationWarning[];
  readonly translate: Translate;
}

/** `undefined`: the environment, or the document, has no such flag. */
export async function explainFlag(
  scope: ExplainScope,
  flag: string,
  context: FlagdContext,
): Promise<Explanation | undefined> {
  const { snapshot, document, warnings } = scope;
  const person = personOf(context);
  const feature = snapshot.features.find(({ name }) => name === flag);
  const flagd = createFlagdEvaluator(document).answer(flag, context);
  if (feature === undefined || flagd === undefined) return undefined;
  const engine = createFlagsmithEngine({ ...snapshot, features: [feature] });
  const flagsmith = (await engine.answer(person)).get(flag);
  if (flagsmith === undefined) return undefined;
  const asked = { feature, person, flagsmith, flagd };
  return {
    flag,
    context,
    semantics: snapshot.settings.semantics,
    flagsmith: await explainFlagsmith(snapshot, asked),
    flagd: explainFlagd(document, { flag, context, answer: flagd }),
    verdict: await judge(scope, asked),
    warnings: warnings.filter((warning) => warning.feature === undefined || warning.feature === flag),
  };
}

interface Asked {
  readonly feature: Feature;
  readonly person: Person;
  readonly flagsmith: FlagsmithAnswer;
  readonly flagd: FlagdAnswer;
}

async function judge({ snapshot, warnings, translate }: ExplainScope, asked: Asked): Promise<Verdict> {
  const { feature, person, flagsmith, flagd } = asked;
  if (agrees(feature, expectedOf(feature, flagsmith, snapshot.settings.semantics), flagd)) {
    return { kind: "agree" };
  }
  if (person.identifier === undefined && Object.keys(person.traits).length > 0) {
    return { kind: "no_identity" };
  }
  if (flagd.error === undefined) {
    const drawn = involvesPercentage(feature, snapshot) && !isWithoutLots(feature, person, flagsmith);
    if (drawn) return { kind: "other_bucket" };
    const by = await announcedBy(snapshot, asked, warnings);
    if (by !== undefined) return { kind: "announced", by };
  }
  return { kind: "disagree", cause: await locate(snapshot, asked, translate) };
}
