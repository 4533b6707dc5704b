import { FlagdCore, MemoryStorage } from "@openfeature/flagd-core";
import type { MetadataValue } from "../model/document.ts";
import type { FlagdContext } from "./person.ts";

/** What flagd answers for one flag. */
export interface FlagdAnswer {
  readonly state: string;
  /** `undefined`: the caller's default. */
  readonly value: MetadataValue | undefined;
  readonly variant: string | undefined;
  readonly reason: string;
  /** What the evaluator complains of: the caller gets its default then. */
  readonly error: string | undefined;
}

/** flagd's evaluator with one document loaded. */
export interface FlagdEvaluator {
  readonly flagNames: readonly string[];
  /** `undefined`: the document has no such flag. */
  answer(flag: string, context: FlagdContext): FlagdAnswer | undefined;
}

/**
 * The evaluator of flagd's own in-process provider for JavaScript, on the text that is served. It loads as the provider
 * does, so a flag with values of several types is taken (translation.md, Warnings, `type_mismatch`).
 */
export function createFlagdEvaluator(document: string): FlagdEvaluator {
  const complaints: string[] = [];
  const complain = (...parts: unknown[]): void => void complaints.push(parts.map(String).join(" "));
  const silent = (): void => undefined;
  const logger = { error: complain, warn: complain, info: silent, debug: silent };
  const core = new FlagdCore(new MemoryStorage(logger), logger);
  core.setConfigurations(document);
  return {
    flagNames: [...core.getFlags().keys()],
    answer(name, context) {
      const flag = core.getFlag(name);
      if (flag === undefined) return undefined;
      const { state } = flag;
      if (state === "DISABLED") {
        return { state, value: undefined, variant: undefined, reason: "DISABLED", error: undefined };
      }
      complaints.length = 0;
      const result = flag.evaluate(context as Parameters<typeof flag.evaluate>[0]);
      const { reason, variant, value } = result;
      const failed = reason === "ERROR";
      return {
        state,
        value: failed ? undefined : scalar(value),
        variant: failed ? undefined : variant,
        reason,
        error: failed ? [result.errorCode, result.errorMessage, ...complaints].join(": ") : undefined,
      };
    },
  };
}

/** Our documents hold no other values. */
function scalar(value: unknown): MetadataValue | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : undefined;
}
