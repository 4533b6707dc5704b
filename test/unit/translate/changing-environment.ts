import fc from "fast-check";
import type {
  Condition,
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  FlagValue,
  ProjectSettings,
  Segment,
} from "../../../src/model/environment.ts";
import {
  condition,
  feature,
  forIdentity,
  forSegment,
  rule,
  segment,
  snapshot,
  split,
} from "../../support/build-snapshot.ts";

/** One change of an environment; the numbers choose what is changed, and to what. */
export interface Change {
  readonly kind: keyof typeof CHANGES;
  readonly at: number;
  readonly to: number;
}

/** Limits on size belong to it, since documents cross them both ways. */
export interface ChangingEnvironment {
  readonly snapshot: EnvironmentSnapshot;
  readonly sizeBudgetBytes: number;
  readonly maxDocumentBytes: number;
}

const VALUES: readonly FlagValue[] = ["old", "new", true, false, null, 0, 7, "é ☃", 'say "$x"'];
/** Some are one slug. */
const SEGMENT_NAMES = ["Beta", "beta!", "Beta", "part-age", "☃"];
const CONDITIONS: readonly Condition[] = [
  condition("age", "GREATER_THAN", "18"),
  condition("age", "LESS_THAN_INCLUSIVE", "65.5"),
  condition("age", "MODULO", "7|3"),
  condition("a trait with quite a long name", "NOT_EQUAL", "10"),
  condition("a trait with quite a long name", "GREATER_THAN", "1.2.3:semver"),
  condition("email", "REGEX", "^(a|b).*@example\\.com$"),
  condition("email", "REGEX", "(a+)+$"),
  condition("city", "EQUAL", "Zürich $"),
  condition("plan", "IN", "free,premium,gold"),
  condition("price", "MODULO", "none"),
  condition("$.environment.name", "EQUAL", "Staging"),
  condition("$.identity.identifier", "PERCENTAGE_SPLIT", "25"),
  condition("user.tier", "EQUAL", "1"),
];

const pick = <T>(items: readonly T[], number: number): T => {
  const item = items[number % items.length];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
};

type Edit = (environment: ChangingEnvironment, at: number, to: number) => ChangingEnvironment;

function replaceAt<T>(items: readonly T[], at: number, edit: (item: T) => T): readonly T[] {
  return items.map((item, index) => (index === at % items.length ? edit(item) : item));
}

const editing =
  (edit: (of: Feature, to: number) => Partial<Feature>): Edit =>
  (environment, at, to) => ({
    ...environment,
    snapshot: {
      ...environment.snapshot,
      features: replaceAt(environment.snapshot.features, at, (one) => ({ ...one, ...edit(one, to) })),
    },
  });

const editingState = (edit: (to: number) => Partial<FeatureState>): Edit =>
  editing(({ environmentState }, to) => ({ environmentState: { ...environmentState, ...edit(to) } }));

const editingSegments =
  (edit: (segments: readonly Segment[], at: number, to: number) => readonly Segment[]): Edit =>
  (environment, at, to) => {
    const segments = edit([...environment.snapshot.segments.values()], at, to);
    return {
      ...environment,
      snapshot: { ...environment.snapshot, segments: new Map(segments.map((one) => [one.id, one])) },
    };
  };

const placing =
  (edit: (to: number) => Partial<EnvironmentSnapshot>): Edit =>
  (environment, _, to) => ({ ...environment, snapshot: { ...environment.snapshot, ...edit(to) } });

const setting =
  (edit: (to: number) => Partial<ProjectSettings>): Edit =>
  (environment, _, to) => {
    const settings = { ...environment.snapshot.settings, ...edit(to) };
    return { ...environment, snapshot: { ...environment.snapshot, settings } };
  };

const rulesOf = (to: number) => [
  rule(
    pick(["ALL", "ANY", "NONE", "SOME"], to),
    pick(CONDITIONS, to),
    pick(CONDITIONS, Math.floor(to / 13)),
    rule("ANY", pick(CONDITIONS, Math.floor(to / 7)), pick(CONDITIONS, Math.floor(to / 3))),
  ),
];

/** Everything that people do, and what a reading may do by itself. */
const CHANGES = {
  toggle: editing(({ environmentState }) => ({
    environmentState: { ...environmentState, enabled: !environmentState.enabled },
  })),
  value: editingState((to) => ({ value: pick(VALUES, to) })),
  weights: editingState((to) => ({ allocations: split(to % 120, 20.5) })),
  options: editing((_, to) => ({
    options: Array.from({ length: to % 4 }, (_, index) => ({
      id: index + 1,
      key: index % 2 === 0 ? "key" : null,
      value: pick(VALUES, to + index),
    })),
  })),
  describe: editing((_, to) => ({ description: `text ${to}`, tags: ["x", `${to % 3}`] })),
  renameFeature: editing((_, to) => ({ name: pick(["same", "__proto__", "10", "9", `name "${to}" é`], to) })),
  equalFeature: editing((one) => structuredClone(one)),
  newOverride: editing(({ segmentOverrides }, to) => ({
    segmentOverrides: [
      ...segmentOverrides,
      forSegment(1 + (to % 8), to % 5, {
        enabled: to % 3 > 0,
        value: pick(VALUES, to),
        allocations: split(to % 60),
      }),
    ],
  })),
  removeOverride: editing(({ segmentOverrides }) => ({ segmentOverrides: segmentOverrides.slice(1) })),
  newIdentity: editing(({ identityOverrides }, to) => ({
    identityOverrides: [
      ...identityOverrides,
      forIdentity(`person-${to % 40}`, { enabled: to % 4 > 0, value: pick(VALUES, to) }),
    ],
  })),
  /** The same long list in two flags is a part that repeats, without any segment. */
  sameIdentities: editing((_, to) => ({
    identityOverrides: Array.from({ length: 6 }, (_, index) =>
      forIdentity(`person-${(to % 3) + index}@${"company-".repeat(9)}.com`, { value: "for them" }),
    ),
  })),
  removeIdentity: editing(({ identityOverrides }) => ({ identityOverrides: identityOverrides.slice(1) })),
  newFeature: (environment, at, to) => {
    const { features } = environment.snapshot;
    const id = Math.max(0, ...features.map((one) => one.id)) + 1;
    const added = feature(id, `feature_${at}_${id}`, {
      environment: { value: pick(VALUES, to) },
      segmentOverrides: [forSegment(1 + (to % 8), 0, { value: "mine" })],
    });
    return { ...environment, snapshot: { ...environment.snapshot, features: [...features, added] } };
  },
  removeFeature: (environment, at) => {
    const features = environment.snapshot.features.filter(
      (_, index, all) => all.length === 1 || index !== at % all.length,
    );
    return { ...environment, snapshot: { ...environment.snapshot, features } };
  },
  reorderFeatures: (environment) => ({
    ...environment,
    snapshot: { ...environment.snapshot, features: environment.snapshot.features.toReversed() },
  }),
  rules: editingSegments((segments, at, to) =>
    replaceAt(segments, at, (one) => ({ ...one, rules: rulesOf(to) })),
  ),
  sameRulesElsewhere: editingSegments((segments, at, to) => {
    const { rules } = pick(segments, to);
    return replaceAt(segments, at, (one) => ({ ...one, rules: structuredClone(rules) }));
  }),
  renameSegment: editingSegments((segments, at, to) =>
    replaceAt(segments, at, (one) => ({ ...one, name: pick(SEGMENT_NAMES, to) })),
  ),
  removeSegment: editingSegments((segments, at) =>
    segments.length < 4 ? segments : segments.filter((_, index) => index !== at % segments.length),
  ),
  newSegment: editingSegments((segments, at, to) => {
    const added = { ...segment(1 + (at % 8), pick(SEGMENT_NAMES, at)), rules: rulesOf(to) };
    return [...segments.filter(({ id }) => id !== added.id), added];
  }),
  semantics: setting((to) => ({ semantics: to % 2 === 0 ? "value" : "flagsmith" })),
  identityLimit: setting((to) => ({ identityOverrideLimit: to % 4 })),
  environmentName: placing((to) => ({ environmentName: pick(["Production", "Staging"], to) })),
  environmentKey: placing((to) => ({ environmentKey: `key ${to % 2}` })),
  budget: (environment, _, to) => ({
    ...environment,
    sizeBudgetBytes: pick([0, 5_000, 10_000, 20_000, 1_000_000], to),
  }),
  mostBytes: (environment, _, to) => ({
    ...environment,
    maxDocumentBytes: pick([5_000, 15_000, 4_194_304], to),
  }),
} satisfies Record<string, Edit>;

/** A dozen features, half a dozen segments. */
export function firstEnvironment(): ChangingEnvironment {
  const segments = [1, 2, 3, 4, 5, 6].map((id) => ({
    ...segment(id, pick(SEGMENT_NAMES, id)),
    rules: rulesOf(id * 17),
  }));
  const features = Array.from({ length: 12 }, (_, index) =>
    feature(index + 1, `feature_${index + 1}`, {
      environment: { value: pick(VALUES, index), enabled: index % 3 > 0 },
      segmentOverrides: index < 8 ? [forSegment(1 + (index % 6), 0, { value: `v${index}` })] : [],
    }),
  );
  return {
    snapshot: snapshot({ features, segments }),
    sizeBudgetBytes: 1_000_000,
    maxDocumentBytes: 4_194_304,
  };
}

/** What the environment is after a change; what is unchanged stays the same object, as in a reading of a part. */
export function afterChange(environment: ChangingEnvironment, { kind, at, to }: Change): ChangingEnvironment {
  return CHANGES[kind](environment, at, to);
}

/** Any change. */
export const anyChange: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...(Object.keys(CHANGES) as (keyof typeof CHANGES)[])),
  at: fc.nat({ max: 50 }),
  to: fc.nat({ max: 2_000 }),
});
