import type { DocumentContent, Logic } from "../model/document.ts";
import { createFlagdEvaluator, type FlagdAnswer } from "./flagd-evaluator.ts";
import type { FlagdContext } from "./person.ts";

/** A branch of a flag's targeting. */
export interface ExplainedBranch {
  /** Counted from 1; the last one is what holds when none before it does. */
  readonly number: number;
  readonly of: number;
  /** `null`: the last branch, which has none. */
  readonly condition: string | null;
  readonly answer: string;
}

/** How flagd comes to its answer. */
export interface FlagdExplanation extends Omit<FlagdAnswer, "value" | "variant" | "error"> {
  /** `null`: the caller's default. */
  readonly value: string | number | boolean | null;
  readonly variant: string | null;
  readonly error: string | null;
  /** `null`: the flag has no targeting, or is disabled. */
  readonly branch: ExplainedBranch | null;
}

/** A reader wants to recognise a condition, not to read it all. */
const LONGEST_CONDITION = 160;

/**
 * What the evaluator answers to the served document, and which branch of the targeting it took: each branch's condition is put
 * to the evaluator as a flag of its own, with the document's `$evaluators`.
 */
export function explainFlagd(
  document: string,
  asked: { readonly flag: string; readonly context: FlagdContext; readonly answer: FlagdAnswer },
): FlagdExplanation {
  const { flag, context, answer } = asked;
  const content: DocumentContent = JSON.parse(document);
  const targeting = content.flags[flag]?.targeting;
  const takes = answer.state === "ENABLED" && targeting !== undefined;
  return {
    ...answer,
    value: answer.value ?? null,
    variant: answer.variant ?? null,
    error: answer.error ?? null,
    branch: takes ? takenBranch(content, targeting, context) : null,
  };
}

function takenBranch(content: DocumentContent, targeting: Logic, context: FlagdContext): ExplainedBranch {
  const pairs = pairsOf(targeting);
  const evaluator = createFlagdEvaluator(JSON.stringify({ ...content, flags: probes(pairs) }));
  const taken = pairs.findIndex(
    ({ when }, index) => when === undefined || evaluator.answer(String(index), context)?.value === true,
  );
  const { when, answer } = pairs[taken] ?? { when: undefined, answer: null };
  return {
    number: taken + 1,
    of: pairs.length,
    condition: when === undefined ? null : describe(when),
    answer: answerText(answer),
  };
}

interface Pair {
  readonly when: Logic | undefined;
  readonly answer: Logic;
}

/** The members of a flat `if`; any other logic is one answer without condition. */
function pairsOf(targeting: Logic): readonly Pair[] {
  const parts = operandsOf(targeting, "if");
  if (parts === undefined) return [{ when: undefined, answer: targeting }];
  const pairs: Pair[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const [first = null, second] = parts.slice(index, index + 2);
    pairs.push(second === undefined ? { when: undefined, answer: first } : { when: first, answer: second });
  }
  return pairs;
}

function operandsOf(logic: Logic, operator: string): readonly Logic[] | undefined {
  if (typeof logic !== "object" || logic === null || Array.isArray(logic)) return undefined;
  const operands: unknown = Object.entries(logic).find(([name]) => name === operator)?.[1];
  return Array.isArray(operands) ? operands : undefined;
}

function probes(pairs: readonly Pair[]): DocumentContent["flags"] {
  return Object.fromEntries(
    pairs.flatMap(({ when }, index) =>
      when === undefined
        ? []
        : [
            [
              String(index),
              {
                state: "ENABLED" as const,
                variants: { yes: true, no: false },
                defaultVariant: "no",
                targeting: { if: [when, "yes", "no"] },
                metadata: {},
              },
            ],
          ],
    ),
  );
}

/** Shared segments by their names; identity overrides without the people's names. */
function describe(when: Logic): string {
  const text = JSON.stringify(when);
  const reference = /^\{"\$ref":"([^"]*)"\}$/.exec(text)?.[1];
  if (reference !== undefined) return `$evaluators, "${reference}"`;
  const person = /^\{"===":\[\{"var":"targetingKey"\},("(?:[^"\\]|\\.)*")\]\}$/.exec(text)?.[1];
  if (person !== undefined) return `targetingKey is ${person}`;
  const people = /\{"in":\[\{"var":"targetingKey"\},\[((?:"(?:[^"\\]|\\.)*",?)*)\]/.exec(text)?.[1];
  if (people !== undefined && text.startsWith('{"and":[')) return `targetingKey is one of [${people}]`;
  return text.length > LONGEST_CONDITION ? `${text.slice(0, LONGEST_CONDITION)}…` : text;
}

function answerText(answer: Logic): string {
  if (answer === null) return "the caller's default";
  if (typeof answer === "string") return `variant ${answer}`;
  const slices = operandsOf(answer, "fractional")?.slice(1);
  if (slices !== undefined) {
    return `by percentage ${slices.map((slice) => (Array.isArray(slice) ? slice.join(" ") : "")).join(", ")}`;
  }
  const [, split, own] = operandsOf(answer, "if") ?? [];
  if (split === undefined || own === undefined) return JSON.stringify(answer);
  return `${answerText(split)}; without targetingKey ${answerText(own)}`;
}
