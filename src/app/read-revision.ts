import type { Config } from "../config/options.ts";
import type { EnvironmentSnapshot } from "../model/environment.ts";
import type { Revision } from "../model/revision.ts";
import type { Translation } from "../model/translation.ts";
import type { Database } from "../postgres/database.ts";
import { findEnvironment, publishedVersionMs } from "../postgres/find-environment.ts";
import { probeFlagsmith } from "../postgres/flagsmith-columns.ts";
import { readEnvironment } from "../postgres/read-environment.ts";
import { buildRevision, hashContent } from "../publish/build-revision.ts";
import { FlagsmithFlagdError } from "../support/errors.ts";
import { maskKey } from "../support/secrets.ts";
import { translateEnvironment } from "../translate/translate-environment.ts";

/** The limits on a document's size. */
export type DocumentSizes = Pick<Config, "sizeBudgetBytes" | "maxDocumentBytes">;

/** A revision together with what it was made of. */
export interface RevisionWithSource {
  readonly revision: Revision;
  readonly snapshot: EnvironmentSnapshot;
  readonly translation: Translation;
}

/**
 * Builds the revision that a server would serve for a key, straight from the database and without a server. It
 * writes nothing, and works for projects that are not enabled yet.
 *
 * @throws FlagsmithFlagdError KEY_UNKNOWN, DATABASE_UNSUPPORTED
 */
export async function readRevision(
  database: Database,
  environmentKey: string,
  sizes: DocumentSizes,
): Promise<Revision> {
  return (await readRevisionWithSource(database, environmentKey, sizes)).revision;
}

/** Like {@link readRevision}, for commands that hold the document against the rows it came from. */
export async function readRevisionWithSource(
  database: Database,
  environmentKey: string,
  sizes: DocumentSizes,
): Promise<RevisionWithSource> {
  const columns = await probeFlagsmith(database);
  const found = await findEnvironment(database, environmentKey);
  const reading = found && (await readEnvironment(database, { ...found, columns }));
  if (reading === undefined) {
    throw new FlagsmithFlagdError(
      "KEY_UNKNOWN",
      `no live environment has the key ${maskKey(environmentKey)}`,
    );
  }
  const { snapshot } = reading;
  const translation = translateEnvironment(snapshot, sizes);
  const content = hashContent(translation);
  const versionMs = await publishedVersionMs(database, snapshot.environmentId, content.hash);
  const revision = buildRevision({
    content,
    environmentId: snapshot.environmentId,
    projectId: snapshot.projectId,
    versionMs: versionMs ?? reading.rowsChangedAtMs,
  });
  return { revision, snapshot, translation };
}
