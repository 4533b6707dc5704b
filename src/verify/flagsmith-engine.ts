import {
  BaseOfflineHandler,
  EnvironmentModel,
  FeatureModel,
  FeatureStateModel,
  Flagsmith,
  OrganisationModel,
  SegmentModel,
} from "flagsmith-nodejs";
import type {
  Condition,
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  FlagValue,
  SegmentRule,
} from "../model/environment.ts";
import { overrideOf, segmentsInOrder } from "./decision-order.ts";
import type { Person, TraitValue } from "./person.ts";
import { conditionValue } from "./property-value.ts";
import { asServerAsks } from "./server-condition.ts";
import { serverValueOf } from "./server-value.ts";

/** What Flagsmith answers for one flag. */
export interface FlagsmithAnswer {
  readonly enabled: boolean;
  readonly value: FlagValue;
  /** The feature state that decided, as the engine itself tells. */
  readonly stateId: number;
  /** Whether a multivariate option's bucket was hit, with its weight. */
  readonly weight: number | undefined;
}

/** Flagsmith's engine on one snapshot. */
export interface FlagsmithEngine {
  /** All flags by name. */
  answer(person: Person): Promise<ReadonlyMap<string, FlagsmithAnswer>>;
}

type RuleModel = SegmentModel["rules"][number];
type ConditionModel = RuleModel["conditions"][number];

/** The engine maps models to a context of its own and never calls these. */
const UNUSED = {
  condition: { EXCEPTION_OPERATOR_METHODS: {}, matchesTraitValue: () => false },
  rule: { matchingFunction: () => () => false },
} as const;

/** No segment has it: the database counts from 1. */
const OWN_OVERRIDES_ID = 0;
/** Before every segment override, which are numbered from 0. */
const OWN_OVERRIDES_PRIORITY = -1;

class Holder extends BaseOfflineHandler {
  model: EnvironmentModel;

  constructor(model: EnvironmentModel) {
    super();
    this.model = model;
  }

  override getEnvironment(): EnvironmentModel {
    return this.model;
  }
}

/**
 * flagsmith-nodejs' local evaluation of a snapshot, corrected to what Flagsmith's server answers where the two differ
 * (translation.md, introduction): equal priorities, multivariate options on identity overrides, number-like identifiers, and
 * the conditions of {@link asServerAsks}. The environment's model is made anew for each person, because the corrections
 * depend on the types of the person's traits.
 */
export function createFlagsmithEngine(snapshot: EnvironmentSnapshot): FlagsmithEngine {
  const states = snapshot.features.map((feature) => stateModel(feature, feature.environmentState));
  const overrides = overridesBySegment(snapshot);
  const used = [...snapshot.segments.values()].filter(({ id }) => overrides.has(id));
  const project = {
    id: snapshot.projectId,
    name: snapshot.projectName,
    organisation: new OrganisationModel(1, "", false, false, true),
    hideDisabledFlags: false,
  };
  const holder = new Holder(environmentModel([]));
  const client = new Flagsmith({ offlineMode: true, offlineHandler: holder });

  function environmentModel(segments: SegmentModel[]): EnvironmentModel {
    const { environmentId, environmentKey, environmentName } = snapshot;
    const model = new EnvironmentModel(
      environmentId,
      environmentKey,
      { ...project, segments },
      environmentName,
    );
    model.featureStates = states;
    return model;
  }

  return {
    async answer(person) {
      const { identifier } = person;
      const asked = createConditions(snapshot, person);
      const segments = used.map((segment) =>
        segmentModel(segment.id, segment.rules.map(asked.rule), overrides.get(segment.id) ?? []),
      );
      holder.model = environmentModel([...segments, ownOverrides(snapshot, identifier)]);
      const flags = identifier
        ? await client.getIdentityFlags(identifier, asked.traits)
        : await client.getEnvironmentFlags();
      return new Map(
        Object.entries(flags.flags).map(([name, { enabled, value, featureId, reason }]) => {
          const weight = /^SPLIT; weight=(.+)$/.exec(reason ?? "")?.[1];
          return [
            name,
            {
              enabled,
              value: value ?? null,
              stateId: featureId,
              weight: weight === undefined ? undefined : Number(weight),
            },
          ];
        }),
      );
    },
  };
}

/** The feature's id is what the engine hands back with its answer: the state's id there tells which state decided. */
function stateModel(feature: Feature, state: FeatureState, priority?: number): FeatureStateModel {
  const told = new FeatureModel(state.id, feature.name, "STANDARD");
  const model = new FeatureStateModel(told, state.enabled, state.id, state.value);
  if (priority !== undefined) model.featureSegment = { priority };
  model.multivariateFeatureStateValues = state.allocations.map(({ optionId, percentage }, index) => {
    const option = feature.options.find(({ id }) => id === optionId);
    return {
      multivariateFeatureOption: { id: optionId, value: option === undefined ? state.value : option.value },
      percentageAllocation: percentage,
      id: index,
      mvFsValueUuid: String(index),
    };
  });
  return model;
}

/** Equal priorities are told apart by numbering them in the order in which they decide. */
function overridesBySegment(snapshot: EnvironmentSnapshot): ReadonlyMap<number, FeatureStateModel[]> {
  const found = new Map<number, FeatureStateModel[]>();
  for (const feature of snapshot.features) {
    for (const [place, { segmentId, state }] of segmentsInOrder(feature).entries()) {
      const models = found.get(segmentId) ?? [];
      models.push(stateModel(feature, state, place));
      found.set(segmentId, models);
    }
  }
  return found;
}

/** As a segment of one person, whose conditions cannot mistake `007` for 7 nor split an identifier at its commas. */
function ownOverrides(snapshot: EnvironmentSnapshot, identifier: string | undefined): SegmentModel {
  const states = snapshot.features.flatMap((feature) => {
    const own = overrideOf(feature, identifier);
    return own === undefined ? [] : [stateModel(feature, own.state, OWN_OVERRIDES_PRIORITY)];
  });
  const everyone: ConditionModel = {
    ...UNUSED.condition,
    operator: "IS_SET",
    property: "$.identity.identifier",
    value: "",
  };
  return segmentModel(
    OWN_OVERRIDES_ID,
    [{ ...UNUSED.rule, type: "ALL", conditions: [everyone], rules: [] }],
    states,
  );
}

function segmentModel(id: number, rules: RuleModel[], states: FeatureStateModel[]): SegmentModel {
  const model = new SegmentModel(id, String(id));
  model.rules = rules;
  model.featureStates = states;
  return model;
}

/** Each condition reads a trait of its own, which holds its property's value as the server's engine sees it. */
function createConditions(snapshot: EnvironmentSnapshot, person: Person) {
  const place = { name: snapshot.environmentName, key: snapshot.environmentKey };
  const traits: Record<string, TraitValue> = { ...person.traits };
  let count = 0;
  const conditionModel = (condition: Condition): ConditionModel => {
    const { operator, property } = condition;
    const splits = operator === "PERCENTAGE_SPLIT";
    const byIdentity = splits && (property === null || property === "");
    const found = conditionValue(
      byIdentity ? { ...condition, property: "$.identity.key" } : condition,
      person,
      place,
    );
    if (found.kind === "path") return { ...UNUSED.condition, ...condition };
    const { trait, ...asked } = asServerAsks(condition, serverValueOf(found.value));
    if (byIdentity) return { ...UNUSED.condition, ...asked, property: null };
    count += 1;
    const own = `flagsmithFlagdVerify${count}`;
    if (trait !== undefined) traits[own] = trait;
    return { ...UNUSED.condition, ...asked, property: splits ? `$.identity.traits.${own}` : own };
  };
  const rule = ({ type, conditions, rules }: SegmentRule): RuleModel => ({
    ...UNUSED.rule,
    type,
    conditions: conditions.map(conditionModel),
    rules: rules.map(rule),
  });
  return { rule, traits };
}
