/**
 * translate: a snapshot of an environment becomes a flagd document. Pure: no I/O, no clock, no chance, and nothing is
 * thrown for what a user entered; problems are warnings.
 */
import type { MetadataValue } from "../model/document.ts";
import type { EnvironmentSnapshot } from "../model/environment.ts";
import { flagSetIdOf } from "../model/slug.ts";
import type { Translation } from "../model/translation.ts";
import type { TranslationWarning } from "../model/warning.ts";
import { assembleContent } from "./assemble-content.ts";
import type { FailureListener } from "./failure.ts";
import type { TranslatedFeatures } from "./kept/environment-features.ts";
import { TranslationCache } from "./kept/translation-cache.ts";
import { largestParts } from "./size.ts";
import { unreadableRows } from "./unreadable-rows.ts";
import { warningsMetadata } from "./warnings.ts";

/** Limits on size, and what makes the next translation of the same environment cheaper. */
export interface TranslateOptions {
  /** Above this the compact forms are used; flagd needs about 6 s per MB of dense logic. Default 1,000,000. */
  readonly sizeBudgetBytes?: number;
  /** What a client accepts at most; at 75 % of it a warning is given. Default 4 MiB, gRPC's own. */
  readonly maxDocumentBytes?: number;
  /** Kept by the caller from the last translation of the same environment. */
  readonly cache?: TranslationCache;
  readonly onFailure?: FailureListener;
}

const TRANSLATOR_VERSION = "v1";

/** The part of what a client accepts that may be used before we warn. */
const WORRYING_SHARE = 0.75;

/** The document of an environment, exact unless that is too large, with all that could not be said exactly. */
export function translateEnvironment(
  snapshot: EnvironmentSnapshot,
  options: TranslateOptions = {},
): Translation {
  const { sizeBudgetBytes = 1_000_000, maxDocumentBytes = 4_194_304 } = options;
  const { cache = new TranslationCache(), onFailure = () => undefined } = options;
  const warnings: TranslationWarning[] = [...unreadableRows(snapshot)];
  let translated = cache.features("exact").translate(snapshot, onFailure);
  let assembled = assemble(snapshot, translated, warnings);
  if (assembled.bytes > sizeBudgetBytes) {
    const detail = `the exact document has ${assembled.bytes} bytes, the budget is ${sizeBudgetBytes}`;
    warnings.push({ reason: "compact_encoding", detail });
    translated = cache.features("compact").translate(snapshot, onFailure);
    assembled = assemble(snapshot, translated, warnings);
  } else {
    cache.forget("compact");
  }
  if (assembled.bytes <= WORRYING_SHARE * maxDocumentBytes) return assembled.translation;
  const largest = largestParts(assembled.translation.content);
  const detail = `${assembled.bytes} bytes, clients take ${maxDocumentBytes}; largest: ${largest}`;
  warnings.unshift({ reason: "document_too_large", detail });
  return assemble(snapshot, translated, warnings).translation;
}

function assemble(
  snapshot: EnvironmentSnapshot,
  translated: TranslatedFeatures,
  environmentWarnings: readonly TranslationWarning[],
): { readonly translation: Translation; readonly bytes: number } {
  const { features } = translated;
  const warnings = [...environmentWarnings, ...features.flatMap((feature) => feature.warnings)];
  const { content, text, bytes } = assembleContent(translated, setMetadata(snapshot, warnings));
  const featureNames = features.map(({ name }) => name);
  return { translation: { content, text, warnings, featureNames }, bytes };
}

function setMetadata(
  snapshot: EnvironmentSnapshot,
  warnings: readonly TranslationWarning[],
): Record<string, MetadataValue> {
  const project = { id: snapshot.projectId, name: snapshot.projectName };
  const environment = { id: snapshot.environmentId, name: snapshot.environmentName };
  const text = warningsMetadata(warnings);
  return {
    flagSetId: flagSetIdOf(project, environment),
    "flagsmith.environmentId": snapshot.environmentId,
    "flagsmith.translatorVersion": TRANSLATOR_VERSION,
    ...(text === undefined ? {} : { "flagsmith.warnings": text }),
  };
}
