import type { Text } from "../test/property/expectation.ts";
import type { Asked, ClientProcess } from "./client-process.ts";
import type { Answer, Context, FlagType, Question } from "./protocol.ts";

/** What is asked of every client: each flag for each context. */
export interface Table {
  readonly flags: readonly AskedFlag[];
  readonly contexts: readonly Context[];
}

/** A flag and the types of its values, of which there may be several. */
export interface AskedFlag {
  readonly flag: string;
  readonly types: readonly FlagType[];
}

/** The part of a document that says which types a flag has. */
export interface Variants {
  readonly flags: Readonly<Record<string, { readonly variants: Readonly<Record<string, unknown>> }>>;
}

const NO_TEXT = "the caller's default";
const NO_NUMBER = -98_765;
const DEFAULT: Text = "default";

function typeOf(value: unknown): FlagType {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return "string";
}

/** The flags of a document, by name, with the types under which a program would ask for them. */
export function flagsOf(
  document: Variants,
  names: readonly string[] = Object.keys(document.flags),
): readonly AskedFlag[] {
  return names.map((flag) => ({
    flag,
    types: [...new Set(Object.values(document.flags[flag]?.variants ?? {}).map(typeOf))],
  }));
}

/** Of a boolean only two questions with different defaults can tell the default from a value. */
function questionsOf({ flag, types }: AskedFlag): readonly Question[] {
  return types.flatMap((type): readonly Question[] => {
    if (type === "boolean") return [true, false].map((fallback) => ({ flag, type, fallback }));
    return [{ flag, type, fallback: type === "string" ? NO_TEXT : NO_NUMBER }];
  });
}

function isFallback({ value }: Answer, { fallback }: Question): boolean {
  return value === fallback || value === null || value === undefined;
}

/** The value that some question was answered with; if every one gave its default, that. */
function textOf(questions: readonly Question[], answers: readonly (Answer | undefined)[]): Text {
  const booleans = questions.flatMap(({ type }, index) =>
    type === "boolean" ? [answers[index]?.value] : [],
  );
  if (booleans.length === 2 && booleans[0] === booleans[1]) return JSON.stringify(booleans[0]);
  for (const [index, question] of questions.entries()) {
    const answer = answers[index];
    if (question.type === "boolean" || answer === undefined || isFallback(answer, question)) continue;
    return JSON.stringify(answer.value);
  }
  return DEFAULT;
}

/** A client's answers, per flag and context, as texts that tell types apart; `undefined` if it has ended. */
export async function ask(
  client: ClientProcess,
  { flags, contexts }: Table,
): Promise<readonly (readonly Text[])[] | undefined> {
  const questions = flags.map(questionsOf);
  const asked: Asked = { questions: questions.flat(), contexts };
  const answers = await client.evaluate(asked);
  if (answers === undefined) return undefined;
  let at = 0;
  return questions.map((ofFlag) => {
    const rows = answers.slice(at, at + ofFlag.length);
    at += ofFlag.length;
    return contexts.map((_, column) =>
      textOf(
        ofFlag,
        rows.map((row) => row[column]),
      ),
    );
  });
}

/** One answer. */
export async function askOne(
  client: ClientProcess,
  flag: AskedFlag,
  context: Context,
): Promise<Text | undefined> {
  return (await ask(client, { flags: [flag], contexts: [context] }))?.[0]?.[0];
}
