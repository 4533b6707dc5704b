import type { Feature, FeatureState, FlagValue, Semantics } from "../../model/environment.ts";
import { inDecisionOrder } from "./segment-overrides.ts";
import { variantValue } from "./variants.ts";

/**
 * Whether every value of the flag is none or a boolean: then "off" is `false`, whatever weight an option has and
 * whichever override is on (translation.md, Semantics).
 */
export function isBooleanLike(feature: Feature): boolean {
  return allValues(feature).every((value) => value === null || typeof value === "boolean");
}

/**
 * What differs, if the values of one flag are of different flagd types; flagd then warns of the flag and answers
 * typed calls with an error (translation.md, Warnings). An override that is off and holds no value says nothing, except
 * where on/off is ignored.
 */
export function typeMismatch(
  feature: Feature,
  { semantics, segmentName }: { semantics: Semantics; segmentName: (segmentId: number) => string },
): string | undefined {
  const owners = new Map<string, string[]>();
  const add = (value: FlagValue, owner: string) => {
    const type = typeof variantValue(value);
    owners.set(type, [...(owners.get(type) ?? []), owner]);
  };
  const saysSomething = ({ state }: { readonly state: FeatureState }) =>
    semantics === "value" || state.enabled || state.value !== null;
  add(feature.environmentState.value, "control");
  for (const { id, value } of feature.options.toSorted((a, b) => a.id - b.id)) add(value, `option ${id}`);
  for (const { segmentId, state } of inDecisionOrder(feature.segmentOverrides).filter(saysSomething)) {
    add(state.value, `segment ${segmentName(segmentId)}`);
  }
  const ofIdentities = feature.identityOverrides
    .filter(saysSomething)
    .map(({ state }) => variantValue(state.value));
  for (const example of [true, 0, ""]) {
    const count = ofIdentities.filter((value) => typeof value === typeof example).length;
    if (count > 0) add(example, identitiesOf(count));
  }
  if (owners.size < 2) return undefined;
  return [...owners].map(([type, names]) => `${type}: ${abridged(names)}`).join("; ");
}

/**
 * Identity overrides by their number: warnings go out to every client in the set's metadata, identifiers are often mail
 * addresses.
 */
export function identitiesOf(count: number): string {
  return count === 1 ? "1 identity override" : `${count} identity overrides`;
}

function allValues(feature: Feature): FlagValue[] {
  return [
    feature.environmentState.value,
    ...feature.options.map(({ value }) => value),
    ...feature.segmentOverrides.map(({ state }) => state.value),
    ...feature.identityOverrides.map(({ state }) => state.value),
  ];
}

function abridged(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
