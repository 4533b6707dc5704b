import type { Revision } from "../model/revision.ts";
import type { Translation } from "../model/translation.ts";
import { canonicalJson } from "../support/canonical-json.ts";
import { sha256Hex } from "../support/secrets.ts";

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
  const version = new Date(versionMs).toISOString();
  const open = content.text.slice(0, -END_OF_METADATA.length);
  return {
    environmentId: options.environmentId,
    projectId: options.projectId,
    flagSetId: String(content.translation.content.metadata.flagSetId),
    hash: content.hash,
    version,
    versionMs,
    bytes: Buffer.from(`${open},"${VERSION_MEMBER}":"${version}"${END_OF_METADATA}`, "utf8"),
    translation: content.translation,
  };
}
