import { canonicalJson } from "../model/canonical-json.ts";
import type { Revision } from "../model/revision.ts";
import { sha256Hex } from "../support/secrets.ts";
import { keepDocument } from "./kept-document.ts";

/**
 * What is sent for a flag set that went away: with `incrementalUpdates` flagd drops a set's flags only if a document comes that
 * names the set and holds none (facts/flagd.md, section 1).
 *
 * @param place the environment that was shown by this flag set id, which may be there still, by another or not at all.
 */
export function emptiedRevision(
  flagSetId: string,
  { environmentId, projectId }: Pick<Revision, "environmentId" | "projectId">,
): Revision {
  const text = canonicalJson({ flags: {}, metadata: { flagSetId } });
  const document = keepDocument(text);
  return {
    environmentId,
    projectId,
    flagSetId,
    hash: sha256Hex(text),
    version: new Date(0).toISOString(),
    versionMs: 0,
    document,
    get bytes() {
      return document.bytes();
    },
    findings: { translatorVersion: "", warnings: [], warnedFeatures: [] },
    emptied: true,
  };
}
