import type { Revision, RevisionFindings } from "../model/revision.ts";
import type { Translation } from "../model/translation.ts";
import { sha256Hex } from "../support/secrets.ts";
import { keepDocument } from "./kept-document.ts";

/** A translation and the hash of its text: what decides whether anything changed (design decision 11). */
export interface HashedContent {
  readonly translation: Translation;
  readonly hash: string;
}

/** Hashes the content, which has no version in it. */
export function hashContent(translation: Translation): HashedContent {
  return { translation, hash: sha256Hex(translation.text) };
}

/** The name sorts after every other member of `metadata`, and `metadata` after every other of the document. */
const VERSION_MEMBER = "version";
const END_OF_METADATA = "}}";

/** The end of every document: all that its bytes have beyond the content that was hashed. */
function endOfDocument(version: string): string {
  return `,"${VERSION_MEMBER}":"${version}"${END_OF_METADATA}`;
}

/** The content that was hashed, from a whole document; `undefined` if it does not end with this version. */
export function contentOf(text: string, version: string): string | undefined {
  const end = endOfDocument(version);
  return text.endsWith(end) ? text.slice(0, -end.length) + END_OF_METADATA : undefined;
}

/** Tag and length that gRPC puts before the document, at most: what a client limits is the message. */
const MESSAGE_HEAD_BYTES = 6;

/** Bytes of the message that the content becomes, without having to build it. */
export function messageBytes({ translation }: HashedContent): number {
  const version = endOfDocument(new Date(0).toISOString()).length - END_OF_METADATA.length;
  return Buffer.byteLength(translation.text, "utf8") + version + MESSAGE_HEAD_BYTES;
}

/** Puts the agreed version into the content: the bytes that every client gets, the same on every replica. */
export function buildRevision(options: {
  readonly content: HashedContent;
  readonly environmentId: number;
  readonly projectId: number;
  readonly versionMs: number;
}): Revision {
  const { content, versionMs } = options;
  const {
    text,
    content: { metadata },
  } = content.translation;
  const version = new Date(versionMs).toISOString();
  const open = text.slice(0, -END_OF_METADATA.length);
  const document = keepDocument(open, endOfDocument(version));
  return {
    environmentId: options.environmentId,
    projectId: options.projectId,
    flagSetId: String(metadata.flagSetId),
    hash: content.hash,
    version,
    versionMs,
    document,
    flags: content.translation.featureNames.length,
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
