import { readRevision } from "../src/app/on-demand/read-revision.ts";
import type { Database } from "../src/postgres/connection/database.ts";
import type { Truth } from "./record/holding.ts";
import { contentHash } from "./record/observe.ts";

const SIZES = { sizeBudgetBytes: 1_000_000, maxDocumentBytes: 4_194_304 };

/** Reads what every follower ought to hold straight from the tables, past every server, as `export` does. */
export async function readTruth(
  database: Database,
  keys: ReadonlyMap<string, string>,
): Promise<{ readonly hashes: Truth; readonly texts: ReadonlyMap<string, string> }> {
  const texts = new Map<string, string>();
  for (const [environment, key] of keys) {
    const { bytes } = await readRevision(database, key, SIZES);
    texts.set(environment, bytes.toString("utf8"));
  }
  const hashes = new Map([...texts].map(([environment, text]) => [environment, contentHash(text)]));
  return { hashes, texts };
}
