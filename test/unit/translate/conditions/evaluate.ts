import { FlagdCore } from "@openfeature/flagd-core";
import type { Logic } from "../../../../src/model/document.ts";
import type { Condition } from "../../../../src/model/environment.ts";
import type { WarningReason } from "../../../../src/model/warning.ts";
import { type ConditionScope, translateCondition } from "../../../../src/translate/conditions/condition.ts";

type Context = Parameters<FlagdCore["resolveStringEvaluation"]>[2];
export type Answer = "T" | "F" | "E";

const quiet = { error() {}, warn() {}, info() {}, debug() {} };

/** What flagd's JavaScript core answers: T or F, E where it fails. One row per logic, one letter per context. */
export function evaluateAll(logics: readonly Logic[], contexts: readonly Context[]): readonly Answer[][] {
  const flags = Object.fromEntries(
    logics.map((logic, index) => [
      `flag${index}`,
      {
        state: "ENABLED",
        variants: { yes: "T", no: "F" },
        defaultVariant: "no",
        targeting: { if: [logic, "yes", "no"] },
      },
    ]),
  );
  const core = new FlagdCore(undefined, quiet);
  core.setConfigurations(JSON.stringify({ flags }));
  return logics.map((_, index) => contexts.map((context) => answer(core, `flag${index}`, context)));
}

function answer(core: FlagdCore, flag: string, context: Context): Answer {
  try {
    const { value, reason } = core.resolveStringEvaluation(flag, "E", context, quiet);
    return reason === "TARGETING_MATCH" && (value === "T" || value === "F") ? value : "E";
  } catch {
    return "E";
  }
}

export interface Translated {
  readonly logic: Logic;
  readonly warnings: readonly WarningReason[];
  readonly details: readonly string[];
}

/** Translates a condition on the trait `a`, unless said otherwise. */
export function translate(
  condition: Partial<Condition> & { readonly operator: string },
  scope: Partial<ConditionScope> = {},
): Translated {
  const warnings: WarningReason[] = [];
  const details: string[] = [];
  const logic = translateCondition(
    { property: "a", value: "", ...condition },
    {
      segmentId: 12,
      environment: { name: "Production 2.0", key: "aBc12x" },
      negated: false,
      encoding: "exact",
      warn: (reason, detail) => {
        warnings.push(reason);
        details.push(detail);
      },
      ...scope,
    },
  );
  return { logic, warnings, details };
}

/** The answers for one condition, as one text of letters. */
export function answers(
  condition: Partial<Condition> & { readonly operator: string },
  contexts: readonly Context[],
  scope: Partial<ConditionScope> = {},
): string {
  return (evaluateAll([translate(condition, scope).logic], contexts)[0] ?? []).join("");
}

/** Contexts that hold one trait `a` each. */
export function withTrait(...values: readonly (string | number | boolean | null)[]): Context[] {
  return values.map((a) => ({ a }));
}
