import type { Database } from "../../postgres/connection/database.ts";
import { translateEnvironment } from "../../translate/translate-environment.ts";
import { compareEngines, type VerifyReport } from "../../verify/compare.ts";
import type { Comparison } from "../../verify/comparison.ts";
import { type DocumentSizes, readRevisionWithSource } from "./read-revision.ts";

/** How thoroughly to verify; `sizes` as the server has them, since a compact document answers otherwise. */
export interface VerifyOptions extends Pick<Comparison, "contexts" | "keys" | "seed" | "onProgress"> {
  readonly environmentKey: string;
  readonly sizes: DocumentSizes;
}

/** What was verified, and how it went. */
export interface EnvironmentVerification extends VerifyReport {
  readonly flagSetId: string;
  readonly revision: string;
  readonly semantics: string;
}

/** Holds the document that a server would serve for a key against Flagsmith's own answers. */
export async function verifyEnvironment(
  database: Database,
  { environmentKey, sizes, ...thoroughness }: VerifyOptions,
): Promise<EnvironmentVerification> {
  const { revision, snapshot, translation } = await readRevisionWithSource(database, environmentKey, sizes);
  const report = await compareEngines({
    ...thoroughness,
    snapshot,
    document: revision.bytes.toString("utf8"),
    warnings: translation.warnings,
    translate: (part) => translateEnvironment(part, sizes).content,
  });
  const { semantics } = snapshot.settings;
  return { flagSetId: revision.flagSetId, revision: revision.hash, semantics, ...report };
}
