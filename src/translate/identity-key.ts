import type { Logic } from "../model/document.ts";
import { and, isText, property } from "./conditions/logic.ts";

/** What OpenFeature calls the identity: Flagsmith's identifier. */
export const TARGETING_KEY: Logic = property("targetingKey");

/**
 * Holds if the context names an identity. A split needs it: without identity Flagsmith answers the state's own value,
 * while an unguarded `fractional` raises in Go and Java (facts/encodings.md, "Fractional, guarded").
 */
export const HAS_IDENTITY: Logic = and(isText(TARGETING_KEY), { "!==": [TARGETING_KEY, ""] });
