/** on-demand: a document read for one command, beside any server: to be exported, explained or verified. */
import type { Config } from "../../config/options.ts";
import type { EnvironmentSnapshot } from "../../model/environment.ts";
import type { Revision } from "../../model/revision.ts";
import type { Translation } from "../../model/translation.ts";
import type { Database } from "../../postgres/connection/database.ts";
import { findEnvironment, publishedVersionMs } from "../../postgres/reading/find-environment.ts";
import { type ReadEnvironmentOptions, readEnvironment } from "../../postgres/reading/read-environment.ts";
import { probeFlagsmith } from "../../postgres/schema/flagsmith-columns.ts";
import { buildRevision, hashContent, messageBytes } from "../../publish/build-revision.ts";
import { FlagsmithFlagdError } from "../../support/errors.ts";
import { maskKey } from "../../support/secrets.ts";
import { translateEnvironment } from "../../translate/translate-environment.ts";

/** The limits on a document's size. */
export type DocumentSizes = Pick<Config, "sizeBudgetBytes" | "maxDocumentBytes">;

/** A revision together with what it was made of. */
export interface RevisionWithSource {
  readonly revision: Revision;
  readonly snapshot: EnvironmentSnapshot;
  readonly translation: Translation;
  /** Bytes of the message that clients would get: what they limit. */
  readonly messageBytes: number;
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
  const read = found && (await readRevisionOf(database, { ...found, columns }, sizes));
  if (read === undefined) {
    throw new FlagsmithFlagdError(
      "KEY_UNKNOWN",
      `no live environment has the key ${maskKey(environmentKey)}`,
    );
  }
  return read;
}

/** The same for an environment that is known by its id; `undefined`: there is no such live environment. */
export async function readRevisionOf(
  database: Database,
  environment: ReadEnvironmentOptions,
  sizes: DocumentSizes,
): Promise<RevisionWithSource | undefined> {
  const reading = await readEnvironment(database, environment);
  if (reading === undefined) return undefined;
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
  return { revision, snapshot, translation, messageBytes: messageBytes(content) };
}
