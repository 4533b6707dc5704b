/** numbers: how Python casts, compares and prints them, since Flagsmith's conditions do. */
import { pythonFloat, pythonInt } from "./python-numbers.ts";

/**
 * A condition's value as a number. `whole`: casts to a whole number, so that it compares with every number. `decimal`:
 * only `float()` takes it, so that whole-number traits fail the cast and answer no. `limit`: infinity or NaN, to which
 * each decimal trait compares alike (facts/encodings.md, section 2).
 */
export type NumericValue =
  | { readonly kind: "whole"; readonly value: number; readonly digits: bigint }
  | { readonly kind: "decimal"; readonly value: number }
  | { readonly kind: "limit"; readonly value: number };

/** Reads a condition's value as Flagsmith would cast it; `undefined` where no number trait survives the cast. */
export function numericValue(text: string): NumericValue | undefined {
  const digits = pythonInt(text);
  if (digits !== undefined) {
    const value = Number(digits);
    return Number.isFinite(value) ? { kind: "whole", value, digits } : { kind: "limit", value };
  }
  const value = pythonFloat(text);
  if (value === undefined) return undefined;
  return Number.isFinite(value) ? { kind: "decimal", value } : { kind: "limit", value };
}
