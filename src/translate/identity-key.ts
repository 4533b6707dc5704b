import type { Logic } from "../model/document.ts";
import { and, isText, property } from "./conditions/logic.ts";

/** What OpenFeature calls the identity: Flagsmith's identifier. */
export const TARGETING_KEY: Logic = property("targetingKey");

/**
 * Holds if the context names an identity. A split needs it: without identity Flagsmith answers the state's own value,
 * while an unguarded `fractional` raises in Go and Java (facts/encodings.md, "Fractional, guarded").
 */
export const HAS_IDENTITY: Logic = and(isText(TARGETING_KEY), { "!==": [TARGETING_KEY, ""] });

/**
 * Holds for these identities. Only a text matches: a bare `in` takes the number 0 for any text in Go, while strict equality, a third of the size,
 * needs no guard in any evaluator (facts/encodings.md, sections 1 and 5).
 */
export function isOneOf(identifiers: readonly string[]): Logic {
  const [first, ...others] = identifiers;
  if (first !== undefined && others.length === 0) return { "===": [TARGETING_KEY, first] };
  return and(isText(TARGETING_KEY), { in: [TARGETING_KEY, identifiers] });
}
