import fc from "fast-check";
import type {
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  FlagValue,
  MultivariateOption,
  Segment,
  Semantics,
} from "../../../src/model/environment.ts";
import type { Person } from "../model/condition.ts";
import type { Trait } from "../model/trait.ts";
import { anyRule, ENVIRONMENT_KEY, OPERATORS, traitCondition } from "./conditions.ts";
import { IDENTIFIERS, PROPERTIES, traitOf } from "./values.ts";

/** An environment and those who ask it. */
export interface Case {
  readonly environment: EnvironmentSnapshot;
  readonly people: readonly Person[];
}

const SEGMENT_IDS = [1, 2, 3, 4] as const;
/** Two features may each have a segment called "mail": only the id tells them apart. */
const SEGMENT_NAMES = ["mail", "mail", "größe €", "gold"] as const;
const SEGMENTS: fc.Arbitrary<readonly Segment[]> = fc.tuple(
  ...SEGMENT_IDS.map((id, index) =>
    fc
      .array(anyRule, { maxLength: 2, size: "small" })
      .map((rules): Segment => ({ id, name: SEGMENT_NAMES[index] ?? "", rules })),
  ),
);

const VALUE_KINDS: readonly fc.Arbitrary<FlagValue>[] = [
  fc.constantFrom(null, true, false),
  fc.constantFrom("p", "q", "", "control"),
  fc.constantFrom<FlagValue[]>(null, "p", 1, 0, true, "1", "true", "日本 $x\\"),
];
const anyShare = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 100) },
  { weight: 1, arbitrary: fc.constantFrom(33.3, 50, 0.01, 12.5) },
);

interface StateShape {
  readonly enabled: boolean;
  readonly value: FlagValue;
  readonly shares: readonly number[];
}

function stateOf(value: fc.Arbitrary<FlagValue>): fc.Arbitrary<StateShape> {
  return fc.record({
    enabled: fc.boolean(),
    value,
    shares: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(anyShare, { maxLength: 3 }) },
    ),
  });
}

function anyFeature(index: number): fc.Arbitrary<Feature> {
  return fc.oneof(...VALUE_KINDS.map((value) => featureOf(index + 1, value)));
}

function featureOf(id: number, value: fc.Arbitrary<FlagValue>): fc.Arbitrary<Feature> {
  const segments = fc.uniqueArray(
    fc.record({
      segmentId: fc.constantFrom(...SEGMENT_IDS),
      priority: fc.nat({ max: 2 }),
      state: stateOf(value),
    }),
    { selector: ({ segmentId }) => segmentId, maxLength: 4 },
  );
  const identities = fc.uniqueArray(
    fc.record({ identifier: fc.constantFrom<string[]>(...IDENTIFIERS), state: stateOf(value) }),
    { selector: ({ identifier }) => identifier, maxLength: 4 },
  );
  const options: fc.Arbitrary<readonly FlagValue[]> = fc.oneof(
    { weight: 2, arbitrary: fc.constant<FlagValue[]>([]) },
    { weight: 1, arbitrary: fc.array(value, { minLength: 1, maxLength: 3 }) },
  );
  return fc
    .record({ options, environment: stateOf(value), segments, identities, newestFirst: fc.boolean() })
    .map(({ options: values, environment, segments: overrides, identities: people, newestFirst }) => {
      const optionsOf = values.map(
        (one, index): MultivariateOption => ({ id: index + 1, key: null, value: one }),
      );
      let lastId = id * 1000 + 500;
      const state = ({ enabled, value: held, shares }: StateShape): FeatureState => {
        lastId += newestFirst ? -1 : 1;
        const allocations = shares
          .slice(0, optionsOf.length)
          .map((percentage, index) => ({ optionId: index + 1, percentage }));
        return { id: lastId, enabled, value: held, allocations };
      };
      return {
        id,
        name: `f${id}`,
        description: null,
        tags: [],
        options: optionsOf,
        environmentState: state(environment),
        segmentOverrides: overrides.map((one) => ({ ...one, state: state(one.state) })),
        identityOverrides: people.map((one) => ({ ...one, state: state(one.state) })),
      };
    });
}

const anyIdentifier = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<string[]>(...IDENTIFIERS) },
  { weight: 1, arbitrary: fc.constantFrom(null, "") },
);
const anyTraits = fc
  .record(Object.fromEntries(PROPERTIES.map(([name, family]) => [name, traitOf(family)])), {
    requiredKeys: [],
  })
  .map((traits) => traits as Readonly<Record<string, Trait>>);

/** Somebody who asks: an identity with traits, now and then nobody at all. */
export const anyPerson: fc.Arbitrary<Person> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ identifier: anyIdentifier, traits: anyTraits }) },
  { weight: 1, arbitrary: fc.record({ identifier: fc.constantFrom(null, ""), traits: fc.constant({}) }) },
);

/** Environments in which everything that decides on an answer meets: overrides of all kinds over nested rules. */
export function anyCase(semantics: Semantics, people = 8): fc.Arbitrary<Case> {
  return fc
    .record({
      segments: SEGMENTS,
      features: fc.tuple(anyFeature(0), anyFeature(1), anyFeature(2)),
      people: fc.array(anyPerson, { minLength: 1, maxLength: people }),
      environmentName: fc.constantFrom("Production", "2024", "1.5"),
      identityOverrideLimit: fc.oneof(
        { weight: 9, arbitrary: fc.constant(100) },
        { weight: 1, arbitrary: fc.constant(2) },
      ),
    })
    .map(({ segments, features, people: asking, environmentName, identityOverrideLimit }) => ({
      environment: snapshotOf({ segments, features, environmentName, semantics, identityOverrideLimit }),
      people: asking,
    }));
}

/** One flag per operator, on for those whom one condition holds, or keeps out below NONE: what is measured per operator. */
export function conditionCase(people = 12): fc.Arbitrary<Case> {
  const conditions = fc.tuple(
    ...OPERATORS.slice(0, 13).map((operator) => fc.tuple(traitCondition(operator), fc.boolean())),
  );
  return fc
    .record({ conditions, people: fc.array(anyPerson, { minLength: people, maxLength: people }) })
    .map(({ conditions: all, people: asking }) => ({
      people: asking,
      environment: snapshotOf({
        environmentName: "Production",
        semantics: "flagsmith",
        identityOverrideLimit: 100,
        segments: all.map(([one, negated], index) => ({
          id: index + 1,
          name: `${negated ? "NONE " : ""}${one.operator}`,
          rules: [{ type: negated ? "NONE" : "ALL", conditions: [one], rules: [] }],
        })),
        features: all.map(([one, negated], index) =>
          onForSegment(index + 1, `${negated ? "NONE " : ""}${one.operator}`),
        ),
      }),
    }));
}

function onForSegment(id: number, name: string): Feature {
  const off = { id: id * 10, enabled: false, value: "off", allocations: [] };
  const override = {
    segmentId: id,
    priority: 0,
    state: { ...off, id: id * 10 + 1, enabled: true, value: "on" },
  };
  return {
    id,
    name,
    description: null,
    tags: [],
    options: [],
    environmentState: off,
    segmentOverrides: [override],
    identityOverrides: [],
  };
}

function snapshotOf(input: {
  readonly segments: readonly Segment[];
  readonly features: readonly Feature[];
  readonly environmentName: string;
  readonly semantics: Semantics;
  readonly identityOverrideLimit: number;
}): EnvironmentSnapshot {
  const { segments, features, environmentName, ...settings } = input;
  const used = new Set(features.flatMap((one) => one.segmentOverrides.map(({ segmentId }) => segmentId)));
  return {
    environmentId: 7,
    environmentName,
    environmentKey: ENVIRONMENT_KEY,
    projectId: 3,
    projectName: "Shop",
    settings,
    features,
    segments: new Map(segments.filter(({ id }) => used.has(id)).map((one) => [one.id, one])),
  };
}
