import type { Revision, RevisionFindings } from "../model/revision.ts";
import type { Translation } from "../model/translation.ts";
import { canonicalJson } from "../support/canonical-json.ts";
import { sha256Hex } from "../support/secrets.ts";
import { keepDocument } from "./kept-document.ts";

/** A translation as canonical text and its hash: what decides whether anything changed (design decision 11). */
export interface HashedContent {
  readonly translation: Translation;
  readonly text: string;
  readonly hash: string;
}

/** Serialises and hashes the content, which has no version in it. */
export function hashContent(translation: Translation): HashedContent {
  const text = canonicalJson(translation.content);
  return { translation, text, hash: sha256Hex(text) };
}

/** The name sorts after every other member of `metadata`, and `metadata` after every other of the document. */
const VERSION_MEMBER = "version";
const END_OF_METADATA = "}}";

/** Puts the agreed version into the content: the bytes that every client gets, the same on every replica. */
export function buildRevision(options: {
  readonly content: HashedContent;
  readonly environmentId: number;
  readonly projectId: number;
  readonly versionMs: number;
}): Revision {
  const { content, versionMs } = options;
  const { metadata } = content.translation.content;
  const version = new Date(versionMs).toISOString();
  const open = content.text.slice(0, -END_OF_METADATA.length);
  const document = keepDocument(open, `,"${VERSION_MEMBER}":"${version}"${END_OF_METADATA}`);
  return {
    environmentId: options.environmentId,
    projectId: options.projectId,
    flagSetId: String(metadata.flagSetId),
    hash: content.hash,
    version,
    versionMs,
    document,
    get bytes() {
      return document.bytes();
    },
    findings: findingsOf(content.translation),
  };
}

/** The rest of a translation is a large graph of objects, which one environment may have a thousand of. */
function findingsOf({ content, warnings, featureNames }: Translation): RevisionFindings {
  const warned = new Set(warnings.map(({ feature }) => feature));
  return {
    translatorVersion: String(content.metadata["flagsmith.translatorVersion"] ?? ""),
    warnings,
    warnedFeatures: featureNames.filter((name) => warned.has(name)),
  };
}
