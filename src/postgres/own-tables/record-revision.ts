import { z } from "zod";
import type { Queryable } from "../connection/database.ts";

/** A content about to be published, and the read that it stems from. */
export interface RevisionCandidate {
  readonly environmentId: number;
  readonly hash: string;
  readonly readAtMs: number;
  readonly position: readonly string[];
}

/** What all replicas agree on for a content. */
export interface RecordedRevision {
  /** Epoch milliseconds: what `metadata.version` says. */
  readonly versionMs: number;
  /** Another replica recorded a later read already; this content must not be published. */
  readonly outdated: boolean;
}

const row = z.object({ agreed_version: z.date(), outdated: z.boolean() });

/** Records the content's hash, or learns when another replica saw it first (design decision 11). One round trip. */
export async function recordRevision(
  database: Queryable,
  candidate: RevisionCandidate,
): Promise<RecordedRevision> {
  const [recorded] = z
    .tuple([row])
    .parse(
      await database.query(
        "SELECT agreed_version, outdated FROM flagd_sync.record_revision($1, $2, $3, $4::bigint[])",
        [candidate.environmentId, candidate.hash, new Date(candidate.readAtMs), candidate.position],
      ),
    );
  return { versionMs: recorded.agreed_version.getTime(), outdated: recorded.outdated };
}
