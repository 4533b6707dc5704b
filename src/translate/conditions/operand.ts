import type { Logic } from "../../model/document.ts";
import type { WarningReason } from "../../model/warning.ts";

/** Where a condition stands: what its translation may know besides the condition itself. */
export interface ConditionScope {
  readonly segmentId: number;
  readonly environment: { readonly name: string; readonly key: string };
  /** true below an odd number of NONE: then the answer that narrows is `true`, else `false`. */
  readonly negated: boolean;
  readonly encoding: "exact" | "compact";
  readonly warn: (reason: WarningReason, detail: string) => void;
}

/** A condition on one attribute of the context, ready for an operator: the nulls and paths are resolved. */
export interface Operand {
  /** `{"var": …}` of the attribute. */
  readonly attribute: Logic;
  /** The condition's value, as Python's `str()` prints it. */
  readonly value: string;
  readonly scope: ConditionScope;
}

/** Translates one operator on a trait. */
export type Encoder = (operand: Operand) => Logic;

/**
 * The answer for what cannot be said exactly: the one that lets fewer people in (translation.md, Conditions, REGEX).
 * Always with a warning, so that it is never silent.
 */
export function narrow(scope: ConditionScope, reason: WarningReason, detail: string): boolean {
  scope.warn(reason, detail);
  return scope.negated;
}
