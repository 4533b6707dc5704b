import type {
  Condition,
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  FlagValue,
  Segment,
  SegmentRule,
} from "../model/environment.ts";
import { reasonOf } from "./condition-reason.ts";
import { overrideOf, segmentsInOrder } from "./decision-order.ts";
import type { FlagsmithAnswer } from "./flagsmith-engine.ts";
import { membershipOf } from "./membership.ts";
import type { Person } from "./person.ts";

/** What a feature state would answer. */
export interface ExplainedState {
  readonly stateId: number;
  readonly enabled: boolean;
  readonly value: FlagValue;
  /** Options by percentage, in the order of their buckets; the rest keeps the value. */
  readonly options: readonly { readonly value: FlagValue; readonly percentage: number }[];
}

/** A condition with its answer for one person, and what Flagsmith saw. */
export interface ExplainedCondition extends Condition {
  readonly holds: boolean;
  readonly because: string;
}

/** A rule of a segment with its answer for one person. */
export interface ExplainedRule {
  readonly type: string;
  readonly holds: boolean;
  readonly conditions: readonly ExplainedCondition[];
  readonly rules: readonly ExplainedRule[];
}

/** One step of the order of decision. */
export type ExplainedStep = {
  /** Whether this step is for the person at all. */
  readonly applies: boolean;
  /** The first that applies. */
  readonly decides: boolean;
} & (
  | { readonly kind: "identity"; readonly state: ExplainedState | null; readonly overrides: number }
  | {
      readonly kind: "segment";
      readonly segmentId: number;
      readonly name: string;
      readonly priority: number;
      readonly state: ExplainedState;
      readonly rules: readonly ExplainedRule[];
    }
  | { readonly kind: "environment"; readonly state: ExplainedState }
);

/** How Flagsmith comes to its answer. */
export interface FlagsmithExplanation {
  readonly enabled: boolean;
  readonly value: FlagValue;
  /** The weight of the bucket that the person is in; `null`: no option's bucket. */
  readonly bucketPercentage: number | null;
  readonly steps: readonly ExplainedStep[];
}

/**
 * Walks the order of decision (translation.md): identity override, segment overrides by priority, the environment's own
 * state. Every tick and cross is the engine's own answer to that part alone.
 */
export async function explainFlagsmith(
  snapshot: EnvironmentSnapshot,
  asked: { readonly feature: Feature; readonly person: Person; readonly flagsmith: FlagsmithAnswer },
): Promise<FlagsmithExplanation> {
  const { feature, person, flagsmith: answer } = asked;
  const explained = (state: FeatureState): ExplainedState => explainState(feature, state);
  const decides = (state: FeatureState): boolean => state.id === answer.stateId;
  const own = overrideOf(feature, person.identifier);
  const steps: ExplainedStep[] = [
    {
      kind: "identity",
      applies: own !== undefined,
      decides: own !== undefined && decides(own.state),
      state: own === undefined ? null : explained(own.state),
      overrides: feature.identityOverrides.length,
    },
  ];
  for (const { segmentId, priority, state } of segmentsInOrder(feature)) {
    const segment = snapshot.segments.get(segmentId);
    if (segment === undefined) continue;
    const applies = await membershipOf(snapshot, segment)(person);
    const rules = await explainRules(segment.rules, { snapshot, segment, person });
    const { name } = segment;
    steps.push({
      kind: "segment",
      segmentId,
      name,
      priority,
      applies,
      decides: decides(state),
      state: explained(state),
      rules,
    });
  }
  const { environmentState } = feature;
  steps.push({
    kind: "environment",
    applies: true,
    decides: decides(environmentState),
    state: explained(environmentState),
  });
  return {
    enabled: answer.enabled,
    value: answer.value,
    bucketPercentage: answer.weight ?? null,
    steps,
  };
}

interface Around {
  readonly snapshot: EnvironmentSnapshot;
  readonly segment: Segment;
  readonly person: Person;
}

async function explainRules(
  rules: readonly SegmentRule[],
  around: Around,
): Promise<readonly ExplainedRule[]> {
  const explained: ExplainedRule[] = [];
  for (const rule of rules) {
    const conditions: ExplainedCondition[] = [];
    for (const condition of rule.conditions) {
      const holds = await holdsAlone({ type: "ALL", conditions: [condition], rules: [] }, around);
      conditions.push({ ...condition, holds, because: because(condition, around) });
    }
    explained.push({
      type: rule.type,
      holds: await holdsAlone(rule, around),
      conditions,
      rules: await explainRules(rule.rules, around),
    });
  }
  return explained;
}

function holdsAlone(rule: SegmentRule, { snapshot, segment, person }: Around): Promise<boolean> {
  return membershipOf(snapshot, { ...segment, rules: [rule] })(person);
}

function because(condition: Condition, { snapshot, person }: Around): string {
  if (person.identifier === undefined) return "without an identity Flagsmith asks no segment";
  return reasonOf(condition, person, { name: snapshot.environmentName, key: snapshot.environmentKey });
}

function explainState(
  { options }: Feature,
  { id, enabled, value, allocations }: FeatureState,
): ExplainedState {
  return {
    stateId: id,
    enabled,
    value,
    options: allocations.map(({ optionId, percentage }) => {
      const option = options.find((one) => one.id === optionId);
      return { value: option === undefined ? value : option.value, percentage };
    }),
  };
}
