import type { Revision } from "../model/revision.ts";
import { type Diagnostics, diagnose } from "../translate/diagnostics.ts";

/** What the translation of a revision warns of, in the shape that all ways of asking share. */
export function diagnosticsOf({ flagSetId, findings }: Revision): Diagnostics {
  return diagnose({
    content: {
      $schema: "https://flagd.dev/schema/v0/flags.json",
      flags: {},
      metadata: { flagSetId, "flagsmith.translatorVersion": findings.translatorVersion },
    },
    warnings: findings.warnings,
    featureNames: findings.warnedFeatures,
  });
}
