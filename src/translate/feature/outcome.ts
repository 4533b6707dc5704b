import type { Logic } from "../../model/document.ts";
import { HAS_IDENTITY, TARGETING_KEY } from "../identity-key.ts";

/** One slice of a split as flagd sees it. */
interface WeightedVariant {
  readonly name: string;
  readonly weight: number;
}

/** What one feature state answers: nothing ("off"), a variant, or a split with `own` for those without identity. */
export type Outcome =
  | { readonly kind: "off" }
  | { readonly kind: "variant"; readonly name: string }
  | { readonly kind: "split"; readonly own: string; readonly variants: readonly WeightedVariant[] };

/** How "off" is written: `null` is the caller's default in every client (translation.md, Semantics). */
export interface OutcomeStyle {
  readonly featureName: string;
  readonly off: string | null;
}

/** The outcome as the value of a branch. */
export function renderOutcome(outcome: Outcome, style: OutcomeStyle): Logic {
  switch (outcome.kind) {
    case "off":
      return style.off;
    case "variant":
      return outcome.name;
    case "split":
      return { if: [HAS_IDENTITY, renderSplit(outcome.variants, style.featureName), outcome.own] };
  }
}

/** For a branch that only identities reach: there one option at 100 % is plain. */
export function forIdentities(outcome: Outcome): Outcome {
  const [first, ...others] = outcome.kind === "split" ? outcome.variants : [];
  return first !== undefined && others.length === 0 ? { kind: "variant", name: first.name } : outcome;
}

/** Whether two states answer the same to everybody: only then may one stand for the other (translation.md, Order). */
export function sameOutcome(left: Outcome, right: Outcome): boolean {
  return outcomeKey(left) === outcomeKey(right);
}

/** A text that is equal for equal outcomes, for grouping. */
export function outcomeKey(outcome: Outcome): string {
  switch (outcome.kind) {
    case "off":
      return "off";
    case "variant":
      return `variant ${outcome.name}`;
    case "split":
      return `split ${outcome.own} ${outcome.variants.map(({ name, weight }) => `${name}=${weight}`).join(" ")}`;
  }
}

/** The variants that an outcome may answer: what the document must hold for it. */
export function variantsOf(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case "off":
      return [];
    case "variant":
      return [outcome.name];
    case "split":
      return [outcome.own, ...outcome.variants.map(({ name }) => name)];
  }
}

function renderSplit(variants: readonly WeightedVariant[], featureName: string): Logic {
  const [first] = variants;
  if (first !== undefined && variants.length === 1) return first.name;
  const seed = { cat: [TARGETING_KEY, featureName] };
  return { fractional: [seed, ...variants.map(({ name, weight }) => [name, weight])] };
}
