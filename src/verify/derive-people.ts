import type { EnvironmentSnapshot } from "../model/environment.ts";
import { candidateValues } from "./candidate-values.ts";
import { conditionsOf } from "./percentage.ts";
import type { Person, TraitValue } from "./person.ts";
import { traitNamed } from "./property-value.ts";
import type { Random } from "./random.ts";

/** How many people to make up, and by which chance. */
export interface DeriveOptions {
  readonly count: number;
  readonly random: Random;
}

/** Nobody has this identifier in an override, unless somebody wanted to. */
const STRANGER = "flagsmith-flagd-verify-stranger";
/** People with one trait, of those that are not combinations. */
const SINGLES_SHARE = 0.4;

/**
 * People whom an environment's own rules tell apart: nobody, a stranger, everybody with an override, for every trait that a
 * condition names one person per telling value, and then combinations by chance, near the borders of a segment, since
 * conditions are ANDed. Equal seeds give equal people.
 */
export function derivePeople(
  snapshot: EnvironmentSnapshot,
  { count, random }: DeriveOptions,
): readonly Person[] {
  const known = knownTraits(snapshot);
  const identifiers = identifiersOf(snapshot);
  const people = new Map<string, Person>();
  const add = (person: Person): void => {
    if (people.size < count) people.set(JSON.stringify(person), person);
  };
  add({ identifier: undefined, traits: {} });
  add({ identifier: STRANGER, traits: {} });
  const singles = [...known].flatMap(([name, values]) =>
    values.map((value): Person => ({ identifier: STRANGER, traits: { [name]: value } })),
  );
  const alone = identifiers.map((identifier): Person => ({ identifier, traits: {} }));
  for (const one of sample(alone, count * (1 - SINGLES_SHARE) * 0.5, random)) add(one);
  for (const one of sample(singles, count * SINGLES_SHARE, random)) add(one);
  const segments = [...snapshot.segments.values()];
  // Small environments have fewer combinations than were asked for.
  for (let tries = 0; people.size < count && tries < count * 3; tries += 1) {
    const segment = random.pick(segments);
    const traits: Record<string, TraitValue> = {};
    for (const condition of conditionsOf(segment?.rules ?? [])) {
      const name = traitNamed(condition.property);
      if (name === undefined || random.next() < 0.1) continue;
      const telling = candidateValues(condition);
      traits[name] = (random.next() < 0.6 ? telling[0] : random.pick(telling)) ?? null;
    }
    for (const [name, values] of known) {
      if (random.next() < 0.15) traits[name] = random.pick(values) ?? null;
    }
    const identifier = random.next() < 0.3 ? random.pick(identifiers) : `${STRANGER}-${tries}`;
    add({ identifier: identifier ?? STRANGER, traits });
  }
  return [...people.values()];
}

/** Every trait that a condition names, with its telling values. */
function knownTraits({ segments }: EnvironmentSnapshot): ReadonlyMap<string, readonly TraitValue[]> {
  const known = new Map<string, Set<TraitValue>>();
  for (const condition of [...segments.values()].flatMap(({ rules }) => conditionsOf(rules))) {
    const name = traitNamed(condition.property);
    if (name === undefined) continue;
    const values = known.get(name) ?? new Set();
    for (const value of candidateValues(condition)) values.add(value);
    known.set(name, values);
  }
  return new Map([...known].map(([name, values]) => [name, [...values]]));
}

/** Everybody whom an override or a condition on the identifier names, and who is almost one of them. */
function identifiersOf({ features, segments }: EnvironmentSnapshot): readonly string[] {
  const named = features.flatMap((one) => one.identityOverrides.map(({ identifier }) => identifier));
  const conditions = [...segments.values()].flatMap(({ rules }) => conditionsOf(rules));
  const told = conditions
    .filter(({ property }) => property === "$.identity.identifier")
    .flatMap(candidateValues)
    .filter((value) => typeof value === "string" && value !== "");
  const members = conditions.flatMap(({ members: known }) =>
    Array.isArray(known) ? known.slice(0, 20) : [],
  );
  const [first] = named;
  const almost = first === undefined ? [] : [first.toUpperCase(), `${first} `, first.slice(0, -1)];
  return [...new Set([...named, ...told.map(String), ...members, ...almost])].filter((text) => text !== "");
}

/** At most so many, evenly by chance, in their order. */
function sample<Item>(items: readonly Item[], most: number, random: Random): readonly Item[] {
  if (items.length <= most) return items;
  return items.filter(() => random.next() < most / items.length);
}
