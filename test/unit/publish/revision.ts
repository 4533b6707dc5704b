import type { Revision } from "../../../src/model/revision.ts";
import { keepDocument } from "../../../src/publish/kept-document.ts";

/** A revision with this text for a document, which is its hash too unless said. */
export function revisionOf(content: string, differently: Partial<Revision> = {}): Revision {
  const document = keepDocument(content);
  return {
    environmentId: 1,
    projectId: 1,
    flagSetId: "p/e",
    hash: content,
    version: "2026-11-23T00:00:00.000Z",
    versionMs: 0,
    document,
    bytes: document.bytes(),
    findings: { translatorVersion: "v1", warnings: [], warnedFeatures: [] },
    ...differently,
  };
}
