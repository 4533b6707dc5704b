import type {
  Allocation,
  Condition,
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  FlagValue,
  IdentityOverride,
  ProjectSettings,
  Segment,
  SegmentOverride,
  SegmentRule,
} from "../../src/model/environment.ts";

/** What a test says of a feature state; on, without value and without split unless said. */
export type StateInput = Partial<FeatureState>;

let nextId = 1000;

/** A feature state that is on. Ids rise from call to call unless given. */
function state(input: StateInput = {}): FeatureState {
  nextId += 1;
  return { id: nextId, enabled: true, value: null, allocations: [], ...input };
}

/** An override of the members of a segment. */
export function forSegment(segmentId: number, priority: number, input: StateInput = {}): SegmentOverride {
  return { segmentId, priority, state: state(input) };
}

/** An override of one identity. */
export function forIdentity(identifier: string, input: StateInput = {}): IdentityOverride {
  return { identifier, state: state(input) };
}

/** A feature with the environment's own state, by default on and without value. */
export function feature(
  id: number,
  name: string,
  input: Partial<Feature> & { readonly environment?: StateInput } = {},
): Feature {
  const { environment, ...rest } = input;
  return {
    id,
    name,
    description: null,
    tags: [],
    options: [],
    environmentState: state(environment),
    segmentOverrides: [],
    identityOverrides: [],
    ...rest,
  };
}

/** Options with ids 1, 2 … of these values. */
export function options(...values: readonly FlagValue[]): Feature["options"] {
  return values.map((value, index) => ({ id: index + 1, key: null, value }));
}

/** Allocations of these percentages to the options 1, 2 … */
export function split(...percentages: readonly number[]): readonly Allocation[] {
  return percentages.map((percentage, index) => ({ optionId: index + 1, percentage }));
}

/** A condition. */
export function condition(property: string | null, operator: string, value: string | null = null): Condition {
  return { property, operator, value };
}

/** A rule that combines conditions and rules by `type`. */
export function rule(type: string, ...parts: readonly (Condition | SegmentRule)[]): SegmentRule {
  return {
    type,
    conditions: parts.filter((part): part is Condition => "operator" in part),
    rules: parts.filter((part): part is SegmentRule => "type" in part),
  };
}

/** A segment of rules; with conditions instead, all of them must hold. */
export function segment(id: number, name: string, ...parts: readonly (Condition | SegmentRule)[]): Segment {
  const rules = parts.filter((part): part is SegmentRule => "type" in part);
  const conditions = parts.filter((part): part is Condition => "operator" in part);
  return { id, name, rules: conditions.length > 0 ? [rule("ALL", ...conditions), ...rules] : rules };
}

/** A snapshot of the environment "Production" of the project "Shop". */
export function snapshot(input: {
  readonly features: readonly Feature[];
  readonly segments?: readonly Segment[];
  readonly settings?: Partial<ProjectSettings>;
}): EnvironmentSnapshot {
  return {
    environmentId: 7,
    environmentName: "Production",
    environmentKey: "client-key",
    projectId: 3,
    projectName: "Shop",
    settings: { semantics: "flagsmith", identityOverrideLimit: 100, ...input.settings },
    features: input.features,
    segments: new Map((input.segments ?? []).map((one) => [one.id, one])),
  };
}
