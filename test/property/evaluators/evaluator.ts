import type { FlagValue } from "../../../src/model/environment.ts";
import { messageOf } from "../../../src/support/errors.ts";
import { DEFAULT, type Text, textOf } from "../expectation.ts";

/** An evaluation context as an OpenFeature client would pass it. */
export type Context = Readonly<Record<string, unknown>>;

/** One implementation of flagd's evaluation. */
export interface Evaluator {
  readonly name: string;
  /** Its answers, per flag and per context; `error: …` where the evaluation fails. */
  answers(question: Question): Promise<readonly (readonly Text[])[]>;
  close?(): Promise<void>;
}

/** A document as text, and who asks for which of its flags. */
export interface Question {
  readonly document: string;
  readonly flags: readonly string[];
  readonly contexts: readonly Context[];
}

/** The text of an evaluated value; `undefined` is the caller's default. */
export function answerText(value: unknown): Text {
  return value === undefined || value === null ? DEFAULT : textOf(value as FlagValue);
}

/** The text of a failed evaluation. */
export function errorText(error: unknown): Text {
  return `error: ${messageOf(error)}`;
}

/** Asks a function for every flag and context; what it throws is an evaluation error. */
export function eachAnswer(
  { flags, contexts }: Question,
  ask: (flag: string, context: Context) => Text,
): readonly (readonly Text[])[] {
  return flags.map((flag) =>
    contexts.map((context) => {
      try {
        return ask(flag, context);
      } catch (error) {
        return errorText(error);
      }
    }),
  );
}
