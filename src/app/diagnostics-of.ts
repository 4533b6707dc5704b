import type { Revision } from "../model/revision.ts";
import type { TranslationWarning } from "../model/warning.ts";
import { type Diagnostics, diagnose } from "../translate/diagnostics.ts";
import type { HeldDocument } from "./pipeline/held-documents.ts";

function heldWarning({ reason, detail }: HeldDocument): TranslationWarning {
  return { reason, detail: `${detail}; it is not shown, the last one that fitted stays` };
}

/**
 * What the translation of a revision warns of, in the shape that all ways of asking share. `held`: a newer document that
 * is not shown, which whoever asks should know first of all.
 */
export function diagnosticsOf({ flagSetId, findings }: Revision, held?: HeldDocument): Diagnostics {
  return diagnose({
    content: {
      $schema: "https://flagd.dev/schema/v0/flags.json",
      flags: {},
      metadata: { flagSetId, "flagsmith.translatorVersion": findings.translatorVersion },
    },
    warnings: [...(held === undefined ? [] : [heldWarning(held)]), ...findings.warnings],
    featureNames: findings.warnedFeatures,
  });
}
