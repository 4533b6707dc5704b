/**
 * conformance: a black-box suite for any server that speaks flagd.sync.v1. It knows servers by their address alone, and
 * nothing of Flagsmith: its rules come from the protocol, from flagd, and from what flagd's clients were seen to need.
 */
import type { Bench } from "./bench.ts";
import type { Level, Profile } from "./levels.ts";

/**
 * When a check runs: the `opening` ones alone, since they measure; the `quiet` ones side by side, together with those of the
 * `background`, which are slow and do not mind changes; then those that change flags, one by one; then those that end the
 * server; at last the balance of all that was seen.
 */
export type Phase = "opening" | "quiet" | "background" | "changes" | "ending" | "balance";

/** One rule, with its check. */
export interface Requirement {
  /** Stable: never given to another rule. */
  readonly id: `${string}-${number}`;
  readonly title: string;
  readonly level: Level;
  /** The profiles that ask for it; without them all do. */
  readonly only?: readonly Exclude<Profile, "any">[];
  /** Where the rule comes from. */
  readonly source: string;
  readonly phase: Phase;
  /**
   * Resolves with what was seen, for the report. Throws {@link Violation} if the rule is broken, {@link NotApplicable} if
   * it cannot be checked on this server.
   */
  readonly check: (bench: Bench) => Promise<string>;
}
