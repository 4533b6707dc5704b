import type { EnvironmentSnapshot } from "../model/environment.ts";
import type { TranslationWarning } from "../model/warning.ts";
import type { Translate } from "./segment-probe.ts";

/** What is compared with what, and how thoroughly. */
export interface Comparison {
  readonly snapshot: EnvironmentSnapshot;
  /** The text that is served. */
  readonly document: string;
  /** What the translation of the snapshot announced. */
  readonly warnings: readonly TranslationWarning[];
  /** To ask about single rules, when the rule behind a disagreement is looked for. */
  readonly translate: Translate;
  /** How many people are made up. */
  readonly contexts: number;
  /** How many keys are tried where a percentage decides. */
  readonly keys: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
}
