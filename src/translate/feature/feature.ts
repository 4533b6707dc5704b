/** feature: one feature of Flagsmith becomes one flag of flagd, with its variants, targeting, metadata and findings. */
import type { FlagdFlag, Logic, MetadataValue } from "../../model/document.ts";
import type { Feature } from "../../model/environment.ts";
import type { Finding } from "../segment.ts";
import type { SegmentUse } from "../shared/evaluators.ts";
import { type Branch, type Decision, renderDecision, simplify } from "./branches.ts";
import { featureFindings } from "./feature-findings.ts";
import { featureMetadata } from "./feature-metadata.ts";
import type { FeatureScope } from "./feature-scope.ts";
import { outcomeOf, type StateScope } from "./feature-state.ts";
import { type IdentityOutcome, identityBranches, perIdentifier, withinLimit } from "./identity-overrides.ts";
import { forIdentities, type Outcome, sameOutcome, variantsOf } from "./outcome.ts";
import { inDecisionOrder } from "./segment-overrides.ts";
import { isBooleanLike } from "./value-types.ts";
import { createVariants, type Variants, variantValue } from "./variants.ts";

/** A feature translated as far as it can be before it is known which segments are shared. */
export interface FeaturePlan {
  readonly feature: Feature;
  readonly findings: readonly Finding[];
  readonly segmentUses: readonly SegmentUse[];
  /** The flag; `reference` names the evaluator of a shared segment. */
  render(reference: (segmentId: number) => string | undefined): FlagdFlag;
}

/** The flag of a feature in its scope, as far as it can be known before all others are. */
export function planFeature(feature: Feature, scope: FeatureScope): FeaturePlan {
  return isPlain(feature) ? planPlain(feature) : planInSteps(feature, scope);
}

function isPlain({ options, segmentOverrides, identityOverrides }: Feature): boolean {
  return options.length + segmentOverrides.length + identityOverrides.length === 0;
}

/** What {@link planInSteps} comes to where there is nothing to decide, as for most flags of a large environment. */
function planPlain(feature: Feature): FeaturePlan {
  const { enabled, value } = feature.environmentState;
  const render = (): FlagdFlag => ({
    defaultVariant: "control",
    metadata: featureMetadata(feature, NO_OPTIONS),
    state: enabled ? "ENABLED" : "DISABLED",
    variants: { control: variantValue(value) },
  });
  return { feature, findings: [], segmentUses: [], render };
}

const NO_OPTIONS: ReadonlyMap<number, string> = new Map();

/**
 * Identity overrides before segment overrides by priority before the environment's own state (translation.md, Order of
 * decision), and from it the flag's state, variants and default.
 */
export function planInSteps(feature: Feature, scope: FeatureScope): FeaturePlan {
  const variants = createVariants(feature);
  const { semantics } = scope.settings;
  const stateScope: StateScope = { semantics, optionVariants: variants.ofOption };
  const environment = outcomeOf(feature.environmentState, () => "control", stateScope);
  const segments = simplify({
    branches: segmentBranches(feature, { scope, variants, stateScope }),
    otherwise: environment,
  });
  const needed = neededIdentities(feature, { variants, stateScope, segments });
  const counted = withinLimit(needed, scope.settings.identityOverrideLimit);
  const decision = simplify({
    branches: [...identityBranches(counted), ...segments.branches],
    otherwise: segments.otherwise,
  });
  const served =
    semantics === "value"
      ? feature.environmentState.enabled
      : decision.branches.length > 0 || decision.otherwise.kind !== "off";
  const branches = served ? decision.branches : [];
  return {
    feature,
    findings: featureFindings(feature, {
      scope,
      outcomes: served ? outcomesOf(decision) : [],
      identitiesDropped: needed.length - counted.length,
    }),
    segmentUses: branches.flatMap((branch) => segmentUse(branch, scope)),
    render: (reference) =>
      renderFlag({ feature, variants, decision: served ? decision : undefined }, (branch) =>
        refer(branch, reference),
      ),
  };
}

interface OverrideScope {
  readonly scope: FeatureScope;
  readonly variants: Variants;
  readonly stateScope: StateScope;
}

function segmentBranches(feature: Feature, { scope, variants, stateScope }: OverrideScope): Branch[] {
  return inDecisionOrder(feature.segmentOverrides).flatMap(({ segmentId, state }): Branch[] => {
    const known = scope.segment(segmentId);
    if (known === undefined) return [];
    const owner = { name: known.segment.name, fallback: `segment-${segmentId}` };
    const outcome = outcomeOf(state, () => variants.ofOverride(state.value, owner), stateScope);
    return [{ when: known.translation.logic, segmentId, outcome }];
  });
}

/** All identity overrides, without those that answer what the person gets anyway. */
function neededIdentities(
  feature: Feature,
  context: { variants: Variants; stateScope: StateScope; segments: Decision },
): IdentityOutcome[] {
  const { variants, stateScope, segments } = context;
  return perIdentifier(feature.identityOverrides)
    .map(({ identifier, state }) => {
      const owner = { name: identifier, fallback: "identity" };
      const outcome = outcomeOf(state, () => variants.ofOverride(state.value, owner), stateScope);
      return { identifier, stateId: state.id, outcome: forIdentities(outcome) };
    })
    .filter(({ outcome }) => segments.branches.length > 0 || !sameOutcome(outcome, segments.otherwise));
}

function segmentUse(branch: Branch, scope: FeatureScope): SegmentUse[] {
  if (branch.segmentId === undefined) return [];
  const known = scope.segment(branch.segmentId);
  return known === undefined ? [] : [{ segment: known.segment, logic: branch.when }];
}

function refer(branch: Branch, reference: (segmentId: number) => string | undefined): Logic {
  const name = branch.segmentId === undefined ? undefined : reference(branch.segmentId);
  return name === undefined ? branch.when : { $ref: name };
}

function outcomesOf({ branches, otherwise }: Decision): Outcome[] {
  return [...branches.map(({ outcome }) => outcome), otherwise];
}

/** Members in the order of canonical JSON, which is then written at once. */
function renderFlag(
  plan: { feature: Feature; variants: Variants; decision: Decision | undefined },
  condition: (branch: Branch) => Logic,
): FlagdFlag {
  const { feature, variants, decision } = plan;
  const metadata: Record<string, MetadataValue> = featureMetadata(feature, variants.ofOption);
  if (decision === undefined) {
    return { defaultVariant: "control", metadata, state: "DISABLED", variants: variants.table(new Set()) };
  }
  const outcomes = outcomesOf(decision);
  const table = variants.table(new Set(outcomes.flatMap(variantsOf)));
  const saysOff = outcomes.some(({ kind }) => kind === "off");
  const off = isBooleanLike(feature) ? "off" : null;
  const targeting = renderDecision(decision, { featureName: feature.name, off }, condition);
  const byDefault =
    typeof targeting === "string" ? targeting : decision.otherwise.kind === "off" ? "off" : "control";
  return {
    defaultVariant: saysOff && off === null ? "" : byDefault,
    metadata,
    state: "ENABLED",
    ...(typeof targeting === "object" && targeting !== null ? { targeting } : {}),
    variants: saysOff && off !== null ? { ...table, off: false } : table,
  };
}
