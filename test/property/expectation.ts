import type {
  EnvironmentSnapshot,
  Feature,
  FeatureState,
  FlagValue,
  SegmentOverride,
} from "../../src/model/environment.ts";
import type { Translation } from "../../src/model/translation.ts";
import type { WarningReason } from "../../src/model/warning.ts";
import { isBooleanLike } from "../support/truth.ts";
import { limitOn } from "./limits.ts";
import type { Answer, Person } from "./model/condition.ts";
import { isMember } from "./model/membership.ts";
import { hasKey } from "./people.ts";

/** An answer as text, so that answers of different types never equal: the value's JSON, `default`, or `error: …`. */
export type Text = string;

/** The caller's default. */
export const DEFAULT: Text = "default";

/** The text of a flag's value. */
export function textOf(value: FlagValue): Text {
  return JSON.stringify(value ?? true);
}

/** What one flag may answer one person. */
export interface Expectation {
  /** Flagsmith's answers: one, unless a percentage or something that only Python knows decides. */
  readonly answers: ReadonlySet<Text>;
  /** What a warning or a known limit allows besides: members of a segment that it narrows may fall through. */
  readonly narrowed: ReadonlySet<Text>;
  /** The segments whose membership is not known here. */
  readonly unknown: ReadonlySet<number>;
}

/** Whether the person is in the segment, as the engine says. */
export type Membership = (segmentId: number, person: Person) => Answer;

/** Membership by our model of the engine. */
export function modelMembership(environment: EnvironmentSnapshot): Membership {
  const names = { name: environment.environmentName, key: environment.environmentKey };
  return (segmentId, person) => {
    const segment = environment.segments.get(segmentId);
    const asked = hasKey(person) ? person : { ...person, identifier: null };
    return segment !== undefined && isMember(segment, { person: asked, environment: names });
  };
}

/** Warnings after which a segment's members may be fewer than Flagsmith's. */
const NARROWING: ReadonlySet<WarningReason> = new Set([
  "regex_unsupported",
  "unknown_operator",
  "malformed_value",
  "compact_encoding",
]);

/** A dotted name is exact once the caller nests it, as the tests do; only one that nothing can read narrows. */
const UNREADABLE = "no flagd evaluator can read";

/** What each flag answers each person in Flagsmith, and what the translation's own warnings allow besides. */
export function expectations(
  environment: EnvironmentSnapshot,
  translation: Translation,
  membership: Membership = modelMembership(environment),
): (feature: Feature, person: Person) => Expectation {
  const narrowing = narrowingOf(translation);
  return (feature, person) => {
    const disabled = translation.content.flags[feature.name]?.state === "DISABLED";
    const walk = new Walk(feature, {
      person: isNobody(person) ? undefined : person,
      hasKey: hasKey(person),
      ...environment.settings,
      off: isBooleanLike(feature) && !disabled ? "false" : DEFAULT,
    });
    if (environment.settings.semantics === "value" && !feature.environmentState.enabled) {
      return { answers: new Set([DEFAULT]), narrowed: new Set(), unknown: new Set() };
    }
    walk.identity(narrowing.dropsIdentities(feature));
    for (const override of inServerOrder(feature.segmentOverrides)) {
      const segment = environment.segments.get(override.segmentId);
      if (segment === undefined) continue;
      const limit = limitOn(segment.rules, person);
      const asked = limit === "anything" ? () => undefined : membership;
      walk.segment(override, asked, limit === "narrower" || narrowing.narrows(feature, segment.name));
    }
    return walk.end();
  };
}

/** Neither identity nor attribute: Flagsmith's `/flags/`, which asks no segment. */
function isNobody(person: Person): boolean {
  return !hasKey(person) && Object.values(person.traits).every((trait) => trait === null);
}

/** Where Flagsmith contradicts itself its server is right: of equal priorities the highest state id. */
function inServerOrder(overrides: readonly SegmentOverride[]): readonly SegmentOverride[] {
  return overrides.toSorted((one, other) => one.priority - other.priority || other.state.id - one.state.id);
}

function narrowingOf({ warnings }: Translation) {
  const compact = warnings.some(({ reason }) => reason === "compact_encoding");
  const details = (feature: Feature, wanted: (reason: WarningReason, detail: string) => boolean) =>
    warnings.some((warning) => warning.feature === feature.name && wanted(warning.reason, warning.detail));
  return {
    narrows: (feature: Feature, segmentName: string): boolean =>
      compact ||
      details(
        feature,
        (reason, detail) =>
          detail.startsWith(`segment=${segmentName}; `) &&
          (NARROWING.has(reason) || (reason === "dotted_property" && detail.includes(UNREADABLE))),
      ),
    dropsIdentities: (feature: Feature): boolean =>
      details(feature, (reason) => reason === "identity_override_limit_exceeded"),
  };
}

interface WalkScope {
  readonly person: Person | undefined;
  readonly hasKey: boolean;
  readonly semantics: "flagsmith" | "value";
  readonly off: Text;
}

/**
 * The order of decision, walked twice at once: `exact` as Flagsmith decides, and with all detours that a warning allows.
 */
class Walk {
  readonly #answers = new Set<Text>();
  readonly #narrowed = new Set<Text>();
  readonly #unknown = new Set<number>();
  readonly #feature: Feature;
  readonly #scope: WalkScope;
  #exactOpen = true;
  #detourOpen = false;

  constructor(feature: Feature, scope: WalkScope) {
    this.#feature = feature;
    this.#scope = scope;
  }

  /** An override of exactly this identifier, `007` too; two for one identity: the newest. */
  identity(mayBeDropped: boolean): void {
    const { person, hasKey } = this.#scope;
    const [override] = this.#feature.identityOverrides
      .filter(({ identifier }) => hasKey && identifier === person?.identifier)
      .toSorted((one, other) => other.state.id - one.state.id);
    if (override !== undefined) this.#take(override.state, true, mayBeDropped);
  }

  /** The override of a segment's members. */
  segment({ segmentId, state }: SegmentOverride, membership: Membership, mayBeNarrowed: boolean): void {
    const { person } = this.#scope;
    if (person === undefined || !(this.#exactOpen || this.#detourOpen)) return;
    const answer = membership(segmentId, person);
    if (answer === false) return;
    if (answer === undefined) this.#unknown.add(segmentId);
    // Attributes without identity: Flagsmith has no such question, so a member may also get what `/flags/` answers.
    this.#take(state, answer === true && this.#scope.hasKey, mayBeNarrowed);
  }

  /** The environment's own state. */
  end(): Expectation {
    this.#take(this.#feature.environmentState, true, false);
    return { answers: this.#answers, narrowed: this.#narrowed, unknown: this.#unknown };
  }

  #take(state: FeatureState, ends: boolean, mayBeDropped: boolean): void {
    for (const answer of this.#answersOf(state)) {
      if (this.#exactOpen) this.#answers.add(answer);
      if (this.#detourOpen) this.#narrowed.add(answer);
    }
    if (mayBeDropped) this.#detourOpen ||= this.#exactOpen;
    else if (ends) this.#detourOpen = false;
    if (ends) this.#exactOpen = false;
  }

  #answersOf(state: FeatureState): readonly Text[] {
    const { hasKey, semantics, off } = this.#scope;
    if (semantics === "flagsmith" && !state.enabled) return [off];
    const own = textOf(state.value);
    if (!hasKey) return [own];
    const found = new Set<Text>();
    let start = 0;
    for (const { optionId, percentage } of state.allocations) {
      const option = this.#feature.options.find(({ id }) => id === optionId);
      if (percentage > 0 && start < 100) found.add(option === undefined ? own : textOf(option.value));
      start += Math.max(percentage, 0);
    }
    if (start < 100) found.add(own);
    return [...found];
  }
}
