import type { Feature } from "../../src/model/environment.ts";
import type { Prepared } from "./check.ts";
import { DEFAULT, type Text, textOf } from "./expectation.ts";
import type { Person } from "./model/condition.ts";
import type { Trait } from "./model/trait.ts";
import { hasKey } from "./people.ts";

/** What an engine of Flagsmith says of a flag. */
export interface EngineFlag {
  readonly enabled: boolean;
  readonly value: unknown;
}

/**
 * Where an engine's own answer for a flag is none that we expect. Left out is what the server decides otherwise than any
 * local engine (translation.md, introduction): equal priorities, and whatever an identity override decides.
 */
export function unexpectedFlags(
  { environment, people, translation, expected }: Prepared,
  answersOf: (person: Person, index: number) => ReadonlyMap<string, EngineFlag> | undefined,
): readonly string[] {
  const local = environment.features.filter(hasNoTies);
  return people.flatMap((person, index) => {
    const flags = hasKey(person) ? answersOf(person, index) : undefined;
    if (flags === undefined || environment.settings.semantics === "value") return [];
    return local.flatMap((feature) => {
      if (feature.identityOverrides.some(({ identifier }) => identifier === person.identifier)) return [];
      const flag = flags.get(feature.name);
      if (flag === undefined) return [`${feature.name}: no answer`];
      const { answers } = expected(feature, person);
      const isDisabled = translation.content.flags[feature.name]?.state === "DISABLED";
      const said = flag.enabled ? textOf(flag.value as Trait) : undefined;
      const allowed = said === undefined ? isOff(answers, isDisabled) : answers.has(said);
      return allowed ? [] : [difference(feature, person, { said, answers })];
    });
  });
}

function hasNoTies({ segmentOverrides }: Feature): boolean {
  return new Set(segmentOverrides.map(({ priority }) => priority)).size === segmentOverrides.length;
}

function isOff(answers: ReadonlySet<Text>, isDisabled: boolean): boolean {
  return answers.has(DEFAULT) || (!isDisabled && answers.has("false"));
}

function difference(
  feature: Feature,
  person: Person,
  { said, answers }: { readonly said: Text | undefined; readonly answers: ReadonlySet<Text> },
): string {
  return `${feature.name}: engine ${said ?? "off"}, expected ${[...answers].join(" or ")}: ${JSON.stringify({ person, feature })}`;
}
