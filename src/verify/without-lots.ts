import type { Feature } from "../model/environment.ts";
import { overrideOf } from "./decision-order.ts";
import type { FlagsmithAnswer } from "./flagsmith-engine.ts";
import { splits } from "./percentage.ts";
import type { Person } from "./person.ts";

/**
 * Whether an answer of a flag with percentages was given without drawing lots, and so must be the same in flagd: nobody has a
 * key to draw with, and an identity override comes before all segments.
 */
export function isWithoutLots(
  feature: Feature,
  { identifier }: Person,
  { stateId }: FlagsmithAnswer,
): boolean {
  if (identifier === undefined) return true;
  const own = overrideOf(feature, identifier);
  return own !== undefined && own.state.id === stateId && !splits(own.state);
}
