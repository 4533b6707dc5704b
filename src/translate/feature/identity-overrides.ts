import type { IdentityOverride } from "../../model/environment.ts";
import { byText } from "../../model/text-order.ts";
import { isOneOf } from "../identity-key.ts";
import type { Branch } from "./branches.ts";
import { type Outcome, outcomeKey } from "./outcome.ts";

/** An identity override with what it answers. */
export interface IdentityOutcome {
  readonly identifier: string;
  readonly stateId: number;
  readonly outcome: Outcome;
}

/** One override per identifier in identifier order; of two for one identity the newest state holds. */
export function perIdentifier(overrides: readonly IdentityOverride[]): IdentityOverride[] {
  const newest = new Map<string, IdentityOverride>();
  for (const override of overrides) {
    const held = newest.get(override.identifier);
    if (held === undefined || held.state.id < override.state.id) newest.set(override.identifier, override);
  }
  return [...newest.values()].sort((left, right) => byText(left.identifier, right.identifier));
}

/** The oldest `limit` overrides, so that adding one never changes which of the others count. */
export function withinLimit(overrides: readonly IdentityOutcome[], limit: number): IdentityOutcome[] {
  if (overrides.length <= limit) return [...overrides];
  const oldest = overrides.toSorted((left, right) => left.stateId - right.stateId).slice(0, limit);
  return oldest.sort((left, right) => byText(left.identifier, right.identifier));
}

/**
 * One branch per outcome with all its identifiers in one membership test, which does not grow as a chain of `if` does
 * (translation.md, Order of decision).
 */
export function identityBranches(overrides: readonly IdentityOutcome[]): Branch[] {
  const groups = new Map<string, { outcome: Outcome; identifiers: string[] }>();
  for (const { identifier, outcome } of overrides) {
    const key = outcomeKey(outcome);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { outcome, identifiers: [identifier] });
    else group.identifiers.push(identifier);
  }
  return [...groups.values()].map(({ outcome, identifiers }) => ({ when: isOneOf(identifiers), outcome }));
}
