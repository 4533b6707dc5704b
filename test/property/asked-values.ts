import type { Condition, SegmentRule } from "../../src/model/environment.ts";
import type { Person } from "./model/condition.ts";
import type { Trait } from "./model/trait.ts";
import { hasKey } from "./people.ts";

/** Whether one of the conditions, at any depth, may look at a value of the person's that a predicate holds of. */
export function asksFor(
  rules: readonly SegmentRule[],
  person: Person,
  concerns: (condition: Condition, trait: Trait) => boolean,
): boolean {
  return conditionsOf(rules).some((condition) =>
    valuesOf(condition, person).some((value) => concerns(condition, value)),
  );
}

function conditionsOf(rules: readonly SegmentRule[]): readonly Condition[] {
  return rules.flatMap(({ conditions, rules: nested }) => [...conditions, ...conditionsOf(nested)]);
}

/** What the condition may look at: the trait, or for a path the identifier and any trait. */
function valuesOf({ property }: Condition, person: Person): readonly Trait[] {
  if (property === null) return [];
  if (!property.startsWith("$.")) return [person.traits[property] ?? null];
  return [...Object.values(person.traits), hasKey(person) ? person.identifier : null];
}
