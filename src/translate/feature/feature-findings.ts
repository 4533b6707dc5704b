import type { Feature, FeatureState } from "../../model/environment.ts";
import type { Finding } from "../segment.ts";
import type { FeatureScope } from "./feature-scope.ts";
import { perIdentifier } from "./identity-overrides.ts";
import type { Outcome } from "./outcome.ts";
import { inDecisionOrder } from "./segment-overrides.ts";
import { identitiesOf, typeMismatch } from "./value-types.ts";
import { variantValue } from "./variants.ts";

/** What translating the feature showed. */
export interface FeatureFacts {
  readonly scope: FeatureScope;
  /** All that the flag can answer. */
  readonly outcomes: readonly Outcome[];
  readonly identitiesDropped: number;
}

/** All warnings of one feature, its segments' included, each once and in a fixed order (translation.md, Warnings). */
export function featureFindings(feature: Feature, facts: FeatureFacts): Finding[] {
  const { scope, outcomes, identitiesDropped } = facts;
  const { semantics, identityOverrideLimit } = scope.settings;
  const findings: Finding[] = semantics === "value" ? ignoredStates(feature, scope) : [];
  const mismatch = typeMismatch(feature, { semantics, segmentName: (id) => segmentName(id, scope) });
  if (mismatch !== undefined) findings.push({ reason: "type_mismatch", detail: mismatch });
  if (identitiesDropped > 0) {
    findings.push({
      reason: "identity_override_limit_exceeded",
      detail: `${identitiesOf(identitiesDropped)} dropped, the limit is ${identityOverrideLimit}`,
    });
  }
  if (outcomes.some((outcome) => outcome.kind === "split" && outcome.variants.length > 1)) {
    findings.push({
      reason: "percentage_bucketing_differs",
      detail: "the shares are Flagsmith's, who falls into which is not",
    });
  }
  return unique([...findings, ...inDecisionOrder(feature.segmentOverrides).flatMap(segmentFindings)]);

  function segmentFindings({ segmentId }: { readonly segmentId: number }): readonly Finding[] {
    const known = scope.segment(segmentId);
    if (known !== undefined) return known.translation.findings;
    return [
      { reason: "malformed_value", detail: `segment=${segmentId}; not live, its override is left out` },
    ];
  }
}

/** In semantics `value` an override's own on/off says nothing, which its owner should know (translation.md, Semantics). */
function ignoredStates(feature: Feature, scope: FeatureScope): Finding[] {
  const { enabled, value } = feature.environmentState;
  const isNoOp = (state: FeatureState) =>
    !state.enabled && state.allocations.length === 0 && variantValue(state.value) === variantValue(value);
  const isIgnored = (state: FeatureState) => state.enabled !== enabled;
  const segments = inDecisionOrder(feature.segmentOverrides).flatMap(({ segmentId, state }): Finding[] => {
    const owner = `segment=${segmentName(segmentId, scope)}`;
    return [...(isNoOp(state) ? [noOp(owner)] : []), ...(isIgnored(state) ? [ignored(owner)] : [])];
  });
  const identities = perIdentifier(feature.identityOverrides);
  const noOps = identities.filter(({ state }) => isNoOp(state)).length;
  const differing = identities.filter(({ state }) => isIgnored(state)).length;
  return [
    ...segments,
    ...(noOps > 0 ? [noOp(identitiesOf(noOps))] : []),
    ...(differing > 0 ? [ignored(identitiesOf(differing))] : []),
  ];
}

function noOp(owner: string): Finding {
  return { reason: "disabled_override_no_op", detail: `${owner}; off, with the environment's value` };
}

function ignored(owner: string): Finding {
  return {
    reason: "override_enabled_ignored",
    detail: `${owner}; on/off differs from the environment's`,
  };
}

function segmentName(segmentId: number, scope: FeatureScope): string {
  return scope.segment(segmentId)?.segment.name ?? String(segmentId);
}

function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.reason} ${finding.detail}`, finding])).values()];
}
