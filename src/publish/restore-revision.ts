import type { Revision, RevisionFindings } from "../model/revision.ts";
import { sha256Hex } from "../support/secrets.ts";
import { contentOf } from "./build-revision.ts";
import { keepDocument } from "./kept-document.ts";

/** A document as it was once published, with what was known of it. */
export interface PublishedDocument {
  readonly environmentId: number;
  readonly projectId: number;
  readonly flagSetId: string;
  readonly hash: string;
  readonly versionMs: number;
  readonly findings: RevisionFindings;
  readonly bytes: Buffer;
}

/** Makes a revision of it again; `undefined` if the bytes are not those that its hash and version stand for. */
export function restoreRevision(published: PublishedDocument): Revision | undefined {
  const { environmentId, projectId, flagSetId, hash, versionMs, findings } = published;
  const version = new Date(versionMs).toISOString();
  const text = published.bytes.toString("utf8");
  const content = contentOf(text, version);
  if (content === undefined || sha256Hex(content) !== hash) return undefined;
  const document = keepDocument(text);
  return {
    environmentId,
    projectId,
    flagSetId,
    hash,
    version,
    versionMs,
    document,
    get bytes() {
      return document.bytes();
    },
    findings,
  };
}
