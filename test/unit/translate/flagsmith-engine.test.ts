/** The same environments in Flagsmith's own local evaluation and, translated, in flagd: the answers must be equal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Flagsmith, LocalFileHandler } from "flagsmith-nodejs";
import { afterAll, expect, it } from "vitest";
import type {
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  SegmentRule,
} from "../../../src/model/environment.ts";
import { isBooleanLike } from "../../../src/translate/feature/value-types.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { condition, feature, forIdentity, forSegment, snapshot } from "../../support/build-snapshot.ts";
import { flagd } from "./evaluate.ts";

const folder = mkdtempSync(join(tmpdir(), "flagsmith-document-"));
afterAll(() => rmSync(folder, { recursive: true }));

function stateDocument(one: Feature, state: FeatureState, priority?: number): object {
  return {
    feature: { id: one.id, name: one.name, type: "STANDARD" },
    enabled: state.enabled,
    django_id: state.id,
    featurestate_uuid: `00000000-0000-4000-8000-${String(state.id).padStart(12, "0")}`,
    feature_state_value: state.value,
    feature_segment: priority === undefined ? null : { priority },
    multivariate_feature_state_values: [],
  };
}

function ruleDocument({ type, conditions, rules }: SegmentRule): object {
  return {
    type,
    conditions: conditions.map(({ operator, value, property }) => ({ operator, value, property_: property })),
    rules: rules.map(ruleDocument),
  };
}

/** Flagsmith's environment document (facts/flagsmith.md, section 8). */
function environmentDocument({ features, segments, ...environment }: EnvironmentSnapshot): object {
  const identifiers = new Set(
    features.flatMap((one) => one.identityOverrides.map(({ identifier }) => identifier)),
  );
  return {
    id: environment.environmentId,
    api_key: environment.environmentKey,
    name: environment.environmentName,
    project: {
      id: environment.projectId,
      name: environment.projectName,
      hide_disabled_flags: false,
      organisation: {
        id: 1,
        name: "o",
        feature_analytics: false,
        stop_serving_flags: false,
        persist_trait_data: true,
      },
      segments: [...segments.values()].map(({ id, name, rules }) => ({
        id,
        name,
        rules: rules.map(ruleDocument),
        feature_states: features.flatMap((one) =>
          one.segmentOverrides
            .filter(({ segmentId }) => segmentId === id)
            .map(({ priority, state }) => stateDocument(one, state, priority)),
        ),
      })),
    },
    feature_states: features.map((one) => stateDocument(one, one.environmentState)),
    identity_overrides: [...identifiers].map((identifier, index) => ({
      identifier,
      django_id: index + 1,
      identity_uuid: `00000000-0000-4000-9000-${String(index).padStart(12, "0")}`,
      created_date: "2026-01-01T00:00:00Z",
      environment_api_key: environment.environmentKey,
      identity_traits: [],
      identity_features: features.flatMap((one) =>
        one.identityOverrides
          .filter((override) => override.identifier === identifier)
          .map(({ state }) => stateDocument(one, state)),
      ),
    })),
  };
}

function flagsmithOf(environment: EnvironmentSnapshot): Flagsmith {
  const file = join(folder, "environment.json");
  writeFileSync(file, JSON.stringify(environmentDocument(environment)));
  return new Flagsmith({ offlineMode: true, offlineHandler: new LocalFileHandler(file) });
}

const property = fc.constantFrom("a", "b", "c");
const text = fc.constantFrom("x", "y", "z");
const anyCondition = fc.oneof(
  fc.tuple(property, fc.constantFrom("EQUAL", "NOT_EQUAL"), text).map((parts) => condition(...parts)),
  fc
    .tuple(property, fc.constantFrom("IS_SET", "IS_NOT_SET"))
    .map(([name, operator]) => condition(name, operator, "")),
  fc.tuple(property, fc.constantFrom("x,y", "z", "y,z")).map(([name, list]) => condition(name, "IN", list)),
);
const { rule: anyRule } = fc.letrec<{ rule: SegmentRule }>((tie) => ({
  rule: fc.record({
    type: fc.constantFrom("ALL", "ANY", "NONE"),
    conditions: fc.array(anyCondition, { maxLength: 3 }),
    rules: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant([]),
      fc.array(tie("rule"), { maxLength: 2 }),
    ),
  }),
}));
const stateOf = (value: fc.Arbitrary<string | number | boolean | null>) =>
  fc.record({ enabled: fc.boolean(), value });
const valueKinds = [
  fc.constantFrom(null, true, false),
  fc.constantFrom("p", "q", ""),
  fc.constantFrom(null, "p", 1, 0, true),
];
const anyFeature = (id: number, segmentIds: readonly number[]) =>
  fc.constantFrom(...valueKinds).chain((value) =>
    fc
      .record({
        environment: stateOf(value),
        overrides: fc
          .shuffledSubarray([...segmentIds])
          .chain((ids) =>
            fc.tuple(...ids.map((segmentId) => stateOf(value).map((state) => ({ segmentId, state })))),
          ),
        identities: fc.uniqueArray(fc.tuple(fc.constantFrom("bob", "eve", "zoe"), stateOf(value)), {
          selector: ([name]) => name,
        }),
      })
      .map(({ environment, overrides, identities }) =>
        feature(id, `f${id}`, {
          environment,
          segmentOverrides: overrides.map(({ segmentId, state }, priority) =>
            forSegment(segmentId, priority, state),
          ),
          identityOverrides: identities.map(([name, state]) => forIdentity(name, state)),
        }),
      ),
  );
const SEGMENT_IDS = [1, 2, 3];
const anyEnvironment = fc
  .tuple(
    fc.tuple(...SEGMENT_IDS.map(() => fc.array(anyRule, { maxLength: 2 }))),
    fc.tuple(...[1, 2, 3, 4].map((id) => anyFeature(id, SEGMENT_IDS))),
  )
  .map(([rules, features]) =>
    snapshot({
      features,
      segments: SEGMENT_IDS.map((id, index) => ({ id, name: `s${id}`, rules: rules[index] ?? [] })),
    }),
  );
const anyPerson = fc.record({
  identifier: fc.constantFrom("bob", "eve", "carl"),
  traits: fc.record({ a: text, b: text, c: text }, { requiredKeys: [] }),
});

it("flagd answers as Flagsmith does", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyEnvironment,
      fc.array(anyPerson, { minLength: 4, maxLength: 8 }),
      async (environment, people) => {
        const flagsmith = flagsmithOf(environment);
        const translation = translateEnvironment(environment);
        const ask = flagd(translation);
        for (const { identifier, traits } of people) {
          const flags = await flagsmith.getIdentityFlags(identifier, traits);
          for (const one of environment.features) {
            const { enabled, value } = flags.getFlag(one.name);
            const off =
              isBooleanLike(one) && translation.content.flags[one.name]?.state === "ENABLED"
                ? false
                : undefined;
            expect(ask(one.name, { targetingKey: identifier, ...traits })).toBe(
              enabled ? (value ?? true) : off,
            );
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
