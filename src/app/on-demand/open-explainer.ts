import type { Database } from "../../postgres/connection/database.ts";
import { translateEnvironment } from "../../translate/translate-environment.ts";
import { type Explanation, explainFlag } from "../../verify/explain.ts";
import type { FlagdContext } from "../../verify/person.ts";
import { type DocumentSizes, readRevisionWithSource } from "./read-revision.ts";

/** Explains the flags of one environment as it stands now. */
export interface Explainer {
  readonly flagSetId: string;
  readonly flagNames: readonly string[];
  /** `undefined`: there is no such flag. */
  explain(flag: string, context: FlagdContext): Promise<Explanation | undefined>;
}

/** Reads the environment of a key, with the document that a server would serve for it. */
export async function openExplainer(
  database: Database,
  environmentKey: string,
  sizes: DocumentSizes,
): Promise<Explainer> {
  const { revision, snapshot, translation } = await readRevisionWithSource(database, environmentKey, sizes);
  const scope = {
    snapshot,
    document: revision.bytes.toString("utf8"),
    warnings: translation.warnings,
    translate: (part: typeof snapshot) => translateEnvironment(part, sizes).content,
  };
  return {
    flagSetId: revision.flagSetId,
    flagNames: snapshot.features.map(({ name }) => name),
    explain: (flag, context) => explainFlag(scope, flag, context),
  };
}
