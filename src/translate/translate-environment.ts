/**
 * translate: a snapshot of an environment becomes a flagd document. Pure: no I/O, no clock, no chance, and nothing is
 * thrown for what a user entered; problems are warnings.
 */
import type { DocumentContent, MetadataValue } from "../model/document.ts";
import type { EnvironmentSnapshot } from "../model/environment.ts";
import { flagSetIdOf } from "../model/slug.ts";
import type { Translation } from "../model/translation.ts";
import type { TranslationWarning } from "../model/warning.ts";
import { type Evaluators, shareSegments } from "./evaluators.ts";
import { type FeaturePlan, planFeature } from "./feature.ts";
import type { KnownSegment } from "./feature-scope.ts";
import { shareParts } from "./repeated-parts.ts";
import { translateSegment } from "./segment.ts";
import { jsonBytes, largestParts } from "./size.ts";
import { warningsMetadata } from "./warnings.ts";

/** Limits on size; flagd needs about 6 s per MB of dense logic, so size is propagation time (translation.md, Size). */
export interface TranslateOptions {
  /** Above this the compact forms are used. Default 1,000,000. */
  readonly sizeBudgetBytes?: number;
  /** What a client accepts at most; at 75 % of it a warning is given. Default 4 MiB, gRPC's own. */
  readonly maxDocumentBytes?: number;
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
  const warnings: TranslationWarning[] = [];
  let translation = assemble(snapshot, translateFeatures(snapshot, "exact"), warnings);
  const exactBytes = jsonBytes(translation.content);
  if (exactBytes > sizeBudgetBytes) {
    const detail = `the exact document has ${exactBytes} bytes, the budget is ${sizeBudgetBytes}`;
    warnings.push({ reason: "compact_encoding", detail });
    translation = assemble(snapshot, translateFeatures(snapshot, "compact"), warnings);
  }
  const bytes = jsonBytes(translation.content);
  if (bytes <= WORRYING_SHARE * maxDocumentBytes) return translation;
  const largest = largestParts(translation.content);
  const detail = `${bytes} bytes, clients take ${maxDocumentBytes}; largest: ${largest}`;
  return withWarning(snapshot, translation, { reason: "document_too_large", detail });
}

/** The parts of a document that depend on the encoding. */
interface TranslatedFeatures {
  readonly plans: readonly FeaturePlan[];
  readonly evaluators: Evaluators;
}

function translateFeatures(snapshot: EnvironmentSnapshot, encoding: "exact" | "compact"): TranslatedFeatures {
  const scope = { settings: snapshot.settings, segment: segmentsOf(snapshot, encoding) };
  const plans = snapshot.features
    .toSorted((left, right) => left.id - right.id)
    .map((feature) => planFeature(feature, scope));
  return { plans, evaluators: shareSegments(plans.map(({ segmentUses }) => segmentUses)) };
}

function assemble(
  snapshot: EnvironmentSnapshot,
  { plans, evaluators }: TranslatedFeatures,
  environmentWarnings: readonly TranslationWarning[],
): Translation {
  const warnings = [
    ...environmentWarnings,
    ...plans.flatMap(({ feature, findings }) =>
      findings.map((finding): TranslationWarning => ({ ...finding, feature: feature.name })),
    ),
  ];
  const { flags, bodies } = shareParts(
    plans.map(({ feature, render }) => [feature.name, render((id) => evaluators.names.get(id))]),
    evaluators.bodies,
  );
  const content: DocumentContent = {
    $schema: "https://flagd.dev/schema/v0/flags.json",
    flags: Object.fromEntries(flags),
    ...(bodies.size > 0 ? { $evaluators: Object.fromEntries(bodies) } : {}),
    metadata: setMetadata(snapshot, warnings),
  };
  return { content, warnings, featureNames: plans.map(({ feature }) => feature.name) };
}

function withWarning(
  snapshot: EnvironmentSnapshot,
  { content, featureNames, ...translation }: Translation,
  warning: TranslationWarning,
): Translation {
  const warnings = [warning, ...translation.warnings];
  return { content: { ...content, metadata: setMetadata(snapshot, warnings) }, warnings, featureNames };
}

/** Each segment is translated once, however many features use it. */
function segmentsOf(snapshot: EnvironmentSnapshot, encoding: "exact" | "compact") {
  const environment = { name: snapshot.environmentName, key: snapshot.environmentKey };
  const known = new Map<number, KnownSegment | undefined>();
  return (segmentId: number): KnownSegment | undefined => {
    if (!known.has(segmentId)) {
      const segment = snapshot.segments.get(segmentId);
      known.set(
        segmentId,
        segment && { segment, translation: translateSegment(segment, { environment, encoding }) },
      );
    }
    return known.get(segmentId);
  };
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
