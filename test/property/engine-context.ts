import type { EnvironmentSnapshot, Feature, FeatureState, SegmentRule } from "../../src/model/environment.ts";
import type { Person } from "./model/condition.ts";
import { hasKey } from "./people.ts";

/** The evaluation context of Flagsmith's engines, which Python's and JavaScript's share. */
export interface EngineContext {
  readonly environment: { readonly key: string; readonly name: string };
  readonly features: Readonly<Record<string, object>>;
  readonly segments: Readonly<Record<string, object>>;
}

/** An environment as the engines take it, without identity overrides: those the server decides (translation.md). */
export function engineContext(environment: EnvironmentSnapshot): EngineContext {
  const { environmentKey, environmentName, features, segments } = environment;
  return {
    environment: { key: environmentKey, name: environmentName },
    features: Object.fromEntries(features.map((one) => [one.name, stateOf(one, one.environmentState)])),
    segments: Object.fromEntries(
      [...segments.values()].map(({ id, name, rules }) => [
        String(id),
        {
          key: String(id),
          name,
          rules: rules.map(ruleOf),
          metadata: { source: "api", id },
          overrides: features.flatMap((one) =>
            one.segmentOverrides
              .filter(({ segmentId }) => segmentId === id)
              .map(({ state, priority }) => ({ ...stateOf(one, state), priority })),
          ),
        },
      ]),
    ),
  };
}

/** The identity part of the evaluation context. */
export function engineIdentity(person: Person, environmentKey: string): object | undefined {
  const { identifier, traits } = person;
  if (!hasKey(person)) return undefined;
  return { identifier, key: `${environmentKey}_${identifier}`, traits };
}

function stateOf(feature: Feature, state: FeatureState): object {
  const options = new Map(feature.options.map((option) => [option.id, option]));
  return {
    key: String(state.id),
    name: feature.name,
    enabled: state.enabled,
    value: state.value,
    metadata: { id: feature.id },
    variants: state.allocations.map(({ optionId, percentage }, priority) => ({
      value: options.get(optionId)?.value ?? null,
      weight: percentage,
      priority,
    })),
  };
}

function ruleOf({ type, conditions, rules }: SegmentRule): object {
  return {
    type,
    conditions: conditions.map(({ operator, property, value }) => ({
      operator,
      property: property ?? "",
      value,
    })),
    rules: rules.map(ruleOf),
  };
}
