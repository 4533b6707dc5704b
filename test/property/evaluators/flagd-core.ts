import { FlagdCore, type FlagdCoreOptions, MemoryStorage } from "@openfeature/flagd-core";
import { DEFAULT, type Text } from "../expectation.ts";
import { answerText, type Context, type Evaluator, eachAnswer, type Question } from "./evaluator.ts";

const SILENT = { error() {}, warn() {}, info() {}, debug() {} };

/** flagd's own JavaScript evaluator in one of its modes. */
export function flagdCore(mode: "compiled" | "interpreted"): Evaluator & SyncEvaluator {
  const options: FlagdCoreOptions = mode === "interpreted" ? { disableDynamicCodeGeneration: true } : {};
  const answersNow = (question: Question) => {
    const core = new FlagdCore(new MemoryStorage(SILENT, options), SILENT, options);
    core.setConfigurations(question.document);
    return eachAnswer(question, (flag, context) => answer(core, flag, context));
  };
  return {
    name: `JavaScript, @openfeature/flagd-core, ${mode}`,
    answersNow,
    answers: async (question) => answersNow(question),
  };
}

/** An evaluator in this process. */
export interface SyncEvaluator {
  readonly name: string;
  answersNow(question: Question): readonly (readonly Text[])[];
}

function answer(core: FlagdCore, key: string, context: Context): Text {
  const flag = core.getFlag(key);
  if (flag === undefined) return "error: no such flag";
  if (flag.state === "DISABLED") return DEFAULT;
  const result = flag.evaluate(context as Parameters<typeof flag.evaluate>[0]);
  if (result.reason === "ERROR") return `error: ${JSON.stringify(result)}`;
  return answerText(result.value);
}
