/**
 * model: the nouns that every room shares. Readonly, no I/O, and no word of where the data came from:
 * a second source (Flagsmith's environment document over HTTP) must be able to fill the same shapes.
 */

/** A value as Flagsmith holds it. `null` is a flag without a value; there is no float or JSON type, those are text. */
export type FlagValue = string | number | boolean | null;

/** How one option of a multivariate feature is weighted in one feature state; 0 to 100, decimals occur. */
export interface Allocation {
  readonly optionId: number;
  readonly percentage: number;
}

/** One live feature state: the environment's own, a segment override's or an identity override's. */
export interface FeatureState {
  readonly id: number;
  readonly enabled: boolean;
  readonly value: FlagValue;
  /** In the order in which Flagsmith lays its buckets: by the allocation row's id. Empty: no split. */
  readonly allocations: readonly Allocation[];
}

/** One option of a multivariate feature. */
export interface MultivariateOption {
  readonly id: number;
  /** The option's own key, where the user gave it one. */
  readonly key: string | null;
  readonly value: FlagValue;
}

/** A feature state for the members of a segment; the lowest `priority` wins, then the highest state id. */
export interface SegmentOverride {
  readonly segmentId: number;
  readonly priority: number;
  readonly state: FeatureState;
}

/** A feature state for one identity. */
export interface IdentityOverride {
  readonly identifier: string;
  readonly state: FeatureState;
}

/** A feature with all that decides its answer in one environment. */
export interface Feature {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  /** Options in id order; empty for a standard feature. */
  readonly options: readonly MultivariateOption[];
  /** The environment's own state. */
  readonly environmentState: FeatureState;
  readonly segmentOverrides: readonly SegmentOverride[];
  readonly identityOverrides: readonly IdentityOverride[];
}

/** One condition of a segment rule. `operator` is Flagsmith's constant, possibly one that we do not know. */
export interface Condition {
  readonly operator: string;
  readonly property: string | null;
  readonly value: string | null;
  /**
   * Identities that fulfil the condition whatever their traits say, where Flagsmith itself keeps the trait with the
   * identity (cohorts); `"too_many"`: more than a document can hold.
   */
  readonly members?: readonly string[] | "too_many";
}

/** A node of a segment's rule tree: its conditions and its nested rules are each combined by `type`, then ANDed. */
export interface SegmentRule {
  /** `ALL`, `ANY` or `NONE`; kept as text since old rows may hold anything. */
  readonly type: string;
  readonly conditions: readonly Condition[];
  readonly rules: readonly SegmentRule[];
}

/** A live segment. Its rules are ANDed; without rules it matches nobody. Its id, never its name, identifies it. */
export interface Segment {
  readonly id: number;
  readonly name: string;
  readonly rules: readonly SegmentRule[];
}

/** What Flagsmith's on/off of overrides means in the document; see docs/decisions/0003-semantics.md. */
export type Semantics = "flagsmith" | "value";

/** What a project chose for its flagd documents. */
export interface ProjectSettings {
  readonly semantics: Semantics;
  /** At most so many identity overrides per flag are translated. */
  readonly identityOverrideLimit: number;
}

/** A part of an environment whose rows could not be read: it stays as it was last, or is left out (`unreadable_row`). */
export interface UnreadablePart {
  /** Absent with `segmentId` absent too: a row of which not even the owner is known. */
  readonly featureId?: number;
  readonly segmentId?: number;
  /** The feature's name, if that could be read. */
  readonly feature?: string;
  /** What is wrong with which row, without the row's content. */
  readonly detail: string;
}

/** One environment as Flagsmith would serve it at one moment: all that a translation needs, and nothing else. */
export interface EnvironmentSnapshot {
  readonly environmentId: number;
  readonly environmentName: string;
  /** The client-side key: not a secret, and what `$.environment.key` means in a condition. */
  readonly environmentKey: string;
  readonly projectId: number;
  readonly projectName: string;
  readonly settings: ProjectSettings;
  /** In id order. */
  readonly features: readonly Feature[];
  /** All live segments that an override of `features` names, by id. */
  readonly segments: ReadonlyMap<number, Segment>;
  /** What could not be read; absent: nothing. */
  readonly unreadable?: readonly UnreadablePart[];
}
