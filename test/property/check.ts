import type { EnvironmentSnapshot, Feature } from "../../src/model/environment.ts";
import type { Translation } from "../../src/model/translation.ts";
import { type TranslateOptions, translateEnvironment } from "../../src/translate/translate-environment.ts";
import type { Evaluator, Question } from "./evaluators/evaluator.ts";
import { flagdCore, type SyncEvaluator } from "./evaluators/flagd-core.ts";
import { plainJsonLogic } from "./evaluators/json-logic.ts";
import { type Expectation, expectations, type Membership, type Text } from "./expectation.ts";
import type { Case } from "./generators/environments.ts";
import type { Person } from "./model/condition.ts";
import { openFinding } from "./open-findings.ts";
import { contextOf } from "./people.ts";

/**
 * How an answer of flagd stands to Flagsmith's: the same; one of several possible (a percentage decides); another, but in
 * the direction that a warning announces; another; none, since the evaluation fails.
 */
export const VERDICTS = ["agrees", "open", "narrowed", "disagrees", "error"] as const;

/** See {@link VERDICTS}. */
export type Verdict = (typeof VERDICTS)[number];

/** One answer of one evaluator, judged. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly evaluator: string;
  readonly feature: Feature;
  readonly person: Person;
  readonly answer: Text;
  readonly expected: Expectation;
}

/** The three evaluators that live in this process. */
export const LOCAL_EVALUATORS: readonly (Evaluator & SyncEvaluator)[] = [
  flagdCore("compiled"),
  flagdCore("interpreted"),
  plainJsonLogic(),
];

/** A case translated, with what is expected of every flag and person. */
export interface Prepared {
  readonly environment: EnvironmentSnapshot;
  readonly people: readonly Person[];
  readonly translation: Translation;
  readonly question: Question;
  expected(feature: Feature, person: Person): Expectation;
}

/** How a case is looked at. */
export interface View {
  readonly options?: TranslateOptions;
  /** The model's unless an engine answers. */
  readonly membership?: Membership | undefined;
}

/** The compact forms, whatever the size. */
export const COMPACT: View = { options: { sizeBudgetBytes: 1 } };

/** Translates a case. */
export function prepare({ environment, people }: Case, { options, membership }: View = {}): Prepared {
  const translation = translateEnvironment(environment, options);
  return {
    environment,
    people,
    translation,
    question: {
      document: JSON.stringify(translation.content),
      flags: environment.features.map(({ name }) => name),
      contexts: people.map(contextOf),
    },
    expected: expectations(environment, translation, membership),
  };
}

/** Judges all answers of one evaluator. */
export function judge(
  prepared: Prepared,
  evaluator: string,
  answers: readonly (readonly Text[])[],
): readonly Judgement[] {
  return prepared.environment.features.flatMap((feature, row) =>
    prepared.people.map((person, column): Judgement => {
      const answer = answers[row]?.[column] ?? "error: no answer";
      const expected = prepared.expected(feature, person);
      return { verdict: verdictOn(answer, expected), evaluator, feature, person, answer, expected };
    }),
  );
}

/**
 * Fails on the first answer that is neither Flagsmith's, nor announced by a warning, nor a known open finding; says all
 * that is needed to see why.
 */
export function checkHere(one: Case, view?: View): void {
  const prepared = prepare(one, view);
  for (const evaluator of LOCAL_EVALUATORS) {
    refuse(prepared, judge(prepared, evaluator.name, evaluator.answersNow(prepared.question)));
  }
}

/** The same with an evaluator of another process. */
export async function checkElsewhere(one: Case, evaluator: Evaluator, view?: View): Promise<void> {
  const prepared = prepare(one, view);
  refuse(prepared, judge(prepared, evaluator.name, await evaluator.answers(prepared.question)));
}

/** Whether a judgement breaks the promise. */
export function isBroken({ verdict }: Judgement): boolean {
  return verdict === "disagrees" || verdict === "error";
}

function refuse(prepared: Prepared, judgements: readonly Judgement[]): void {
  const broken = judgements.find((one) => isBroken(one) && openFinding(prepared, one) === undefined);
  if (broken !== undefined) throw new Error(explain(prepared, broken));
}

/** The rule, the person, both answers and the targeting: a bug report. */
export function explain({ environment, translation }: Prepared, judgement: Judgement): string {
  const { evaluator, feature, person, answer, expected, verdict } = judgement;
  const segments = feature.segmentOverrides.flatMap(({ segmentId }) => {
    const segment = environment.segments.get(segmentId);
    return segment === undefined ? [] : [`  segment ${segmentId}: ${JSON.stringify(segment.rules)}`];
  });
  const warnings = translation.warnings.filter((warning) => warning.feature === feature.name);
  return [
    `${evaluator}: ${verdict} on ${feature.name}: ${answer}, Flagsmith: ${[...expected.answers].join(" or ")}`,
    `  person: ${JSON.stringify(person)}`,
    `  feature: ${JSON.stringify({ ...feature, tags: undefined, description: undefined })}`,
    ...segments,
    `  warnings: ${JSON.stringify(warnings.map(({ reason, detail }) => `${reason}: ${detail}`))}`,
    `  flag: ${JSON.stringify(translation.content.flags[feature.name])}`,
    `  evaluators: ${JSON.stringify(translation.content.$evaluators ?? {})}`,
  ].join("\n");
}

function verdictOn(answer: Text, { answers, narrowed }: Expectation): Verdict {
  if (answer.startsWith("error")) return "error";
  if (answers.has(answer)) return answers.size > 1 ? "open" : "agrees";
  return narrowed.has(answer) ? "narrowed" : "disagrees";
}
