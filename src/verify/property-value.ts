import type { Condition } from "../model/environment.ts";
import type { Person, TraitValue } from "./person.ts";

/** What a path may name besides traits. */
export interface Place {
  readonly name: string;
  readonly key: string;
}

/** What a condition's property holds for a person; `path` is one that only the engine itself can follow. */
export type PropertyValue =
  | { readonly kind: "value"; readonly value: TraitValue | undefined }
  | { readonly kind: "path" };

const TRAIT_PATH = /^\$\.identity\.traits(?:\.([^.[\]]+)|\['([^'\\]+)'\])$/;

/** What a condition's property holds: a cohort's trait is kept by Flagsmith itself, with its members. */
export function conditionValue(condition: Condition, person: Person, place: Place): PropertyValue {
  const { members } = condition;
  const { identifier } = person;
  const isMember = Array.isArray(members) && identifier !== undefined && members.includes(identifier);
  return isMember ? { kind: "value", value: true } : propertyValue(condition.property, person, place);
}

/** A trait of literally that name first, then the well-known paths (facts/flagsmith.md, section 9). */
export function propertyValue(property: string | null, person: Person, place: Place): PropertyValue {
  const { identifier, traits } = person;
  const known = (value: TraitValue | undefined): PropertyValue => ({ kind: "value", value });
  if (property === null || property === "") return known(undefined);
  if (Object.hasOwn(traits, property)) return known(traits[property]);
  if (!property.startsWith("$.")) return known(undefined);
  switch (property) {
    case "$.identity.identifier":
      return known(identifier);
    case "$.identity.key":
      return known(identifier === undefined ? undefined : `${place.key}_${identifier}`);
    case "$.environment.name":
      return known(place.name);
    case "$.environment.key":
      return known(place.key);
  }
  const name = traitNamed(property);
  if (name === undefined) return { kind: "path" };
  return known(Object.hasOwn(traits, name) ? traits[name] : undefined);
}

/** The trait that a property names; `undefined` where it is about the identity, the environment, or nothing. */
export function traitNamed(property: string | null): string | undefined {
  if (property === null || property === "") return undefined;
  if (!property.startsWith("$.")) return property;
  const path = TRAIT_PATH.exec(property);
  return path?.[1] ?? path?.[2];
}
