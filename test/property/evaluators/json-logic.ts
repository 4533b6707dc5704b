import jsonLogic, { type RulesLogic } from "json-logic-js";
import type { FlagdFlag, Logic } from "../../../src/model/document.ts";
import { DEFAULT, type Text } from "../expectation.ts";
import { answerText, type Context, type Evaluator, eachAnswer, type Question } from "./evaluator.ts";
import type { SyncEvaluator } from "./flagd-core.ts";
import { endsWith, fractional, semVer, startsWith } from "./flagd-operators.ts";

jsonLogic.add_operation("starts_with", startsWith);
jsonLogic.add_operation("ends_with", endsWith);
jsonLogic.add_operation("sem_ver", semVer);
jsonLogic.add_operation("fractional", function (this: unknown, ...entries: readonly unknown[]) {
  return fractional(this, ...entries);
});

interface Document {
  readonly flags: Readonly<Record<string, FlagdFlag>>;
  readonly $evaluators?: Readonly<Record<string, Logic>>;
}

/** `json-logic-js`, the reference implementation, with flagd's operators and its handling of results added. */
export function plainJsonLogic(): Evaluator & SyncEvaluator {
  const answersNow = (question: Question) => {
    const { flags, $evaluators = {} } = JSON.parse(question.document) as Document;
    const targeting = new Map(
      Object.entries(flags).map(([key, flag]) => [key, spliced(flag.targeting ?? null, $evaluators)]),
    );
    return eachAnswer(question, (key, context) => {
      const flag = flags[key];
      return flag === undefined
        ? "error: no such flag"
        : answer(flag, targeting.get(key) ?? null, { key, context });
    });
  };
  return {
    name: "JavaScript, json-logic-js",
    answersNow,
    answers: async (question) => answersNow(question),
  };
}

function answer(
  flag: FlagdFlag,
  targeting: Logic,
  { key, context }: { readonly key: string; readonly context: Context },
): Text {
  if (flag.state === "DISABLED") return DEFAULT;
  const data = Object.assign(Object.create(null) as object, context, {
    $flagd: { flagKey: key, timestamp: 0 },
  });
  const result = targeting === null ? null : (jsonLogic.apply(targeting as RulesLogic, data) as unknown);
  const name = result === null || result === undefined ? flag.defaultVariant : String(result);
  if (name === "" && result !== "") return DEFAULT;
  if (!Object.hasOwn(flag.variants, name)) return `error: no variant ${JSON.stringify(result)}`;
  return answerText(flag.variants[name]);
}

/** The logic with every reference replaced; within evaluators there are none. */
function spliced(logic: Logic, evaluators: Readonly<Record<string, Logic>>): Logic {
  if (typeof logic !== "object" || logic === null) return logic;
  if (Array.isArray(logic)) return logic.map((part: Logic) => spliced(part, evaluators));
  const object = logic as { readonly [operator: string]: Logic };
  if (typeof object.$ref === "string") {
    const body = evaluators[object.$ref];
    if (body === undefined) throw new Error(`no evaluator ${object.$ref}`);
    return body;
  }
  return Object.fromEntries(
    Object.entries(object).map(([operator, operand]) => [operator, spliced(operand, evaluators)]),
  );
}
