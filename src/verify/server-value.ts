import type { TraitValue } from "./person.ts";

/**
 * A trait as the operators of Flagsmith's server see it: number-like text has become a number before any of them, and
 * whole numbers are told from those with decimals (facts/flagsmith.md, section 9).
 */
export type ServerValue =
  | { readonly kind: "whole"; readonly value: bigint }
  | { readonly kind: "decimal"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "boolean"; readonly value: boolean };

/** `undefined` for what is not set. */
export function serverValueOf(trait: TraitValue | undefined): ServerValue | undefined {
  switch (typeof trait) {
    case "string":
      if (/^-?[0-9]+$/.test(trait)) return { kind: "whole", value: BigInt(trait) };
      if (/^-?[0-9]+\.[0-9]+$/.test(trait)) return { kind: "decimal", value: Number(trait) };
      return { kind: "text", value: trait };
    case "number":
      return Number.isInteger(trait)
        ? { kind: "whole", value: BigInt(trait) }
        : { kind: "decimal", value: trait };
    case "boolean":
      return { kind: "boolean", value: trait };
    default:
      return undefined;
  }
}

/** What Python's `str()` prints: the text that REGEX, IN and a percentage by a trait look at. */
export function printed({ kind, value }: ServerValue): string {
  if (kind === "boolean") return value ? "True" : "False";
  return kind === "decimal" && Number.isInteger(value) ? value.toFixed(1) : String(value);
}
