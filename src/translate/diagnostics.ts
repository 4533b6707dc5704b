import type { MetadataValue } from "../model/document.ts";
import type { Translation } from "../model/translation.ts";
import type { TranslationWarning, WarningReason } from "../model/warning.ts";

/** A warning as diagnostics show it: whose it is says its place. */
interface DiagnosedWarning {
  readonly reason: WarningReason;
  readonly detail: string;
}

/** The answer of `diagnostics.json` and of `diagnose` (translation.md, Warnings). */
export interface Diagnostics {
  readonly flagSetId: MetadataValue;
  readonly translatorVersion: MetadataValue;
  readonly environmentWarnings: readonly DiagnosedWarning[];
  /** Only features that have warnings, in document order. */
  readonly features: readonly { readonly name: string; readonly warnings: readonly DiagnosedWarning[] }[];
  readonly summary: { readonly featuresWithWarnings: number; readonly totalWarnings: number };
}

/** Where the document may answer otherwise than Flagsmith would, complete, unlike the document's own metadata. */
export function diagnose({ content, warnings, featureNames }: Omit<Translation, "text">): Diagnostics {
  const features = featureNames
    .map((name) => ({ name, warnings: warnings.filter(({ feature }) => feature === name).map(diagnosed) }))
    .filter((feature) => feature.warnings.length > 0);
  return {
    flagSetId: content.metadata.flagSetId ?? "",
    translatorVersion: content.metadata["flagsmith.translatorVersion"] ?? "",
    environmentWarnings: warnings.filter(({ feature }) => feature === undefined).map(diagnosed),
    features,
    summary: { featuresWithWarnings: features.length, totalWarnings: warnings.length },
  };
}

function diagnosed({ reason, detail }: TranslationWarning): DiagnosedWarning {
  return { reason, detail };
}
