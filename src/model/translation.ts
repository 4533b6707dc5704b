import type { DocumentContent } from "./document.ts";
import type { TranslationWarning } from "./warning.ts";

/** What translating one environment gives: the content and what could not be said exactly. */
export interface Translation {
  readonly content: DocumentContent;
  /** The content as canonical JSON: what is hashed and sent. */
  readonly text: string;
  readonly warnings: readonly TranslationWarning[];
  /** Names of all features that were translated, in document order: diagnostics list those without warnings too. */
  readonly featureNames: readonly string[];
}
