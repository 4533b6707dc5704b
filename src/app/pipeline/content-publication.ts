import type { DirectoryEntry } from "../../model/access.ts";
import type { Revision } from "../../model/revision.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Database } from "../../postgres/connection/database.ts";
import type { EarlyReading } from "../../postgres/reading/read-environment.ts";
import type { Board } from "../../publish/board.ts";
import { buildRevision, type HashedContent } from "../../publish/build-revision.ts";
import type { Clock } from "../../support/clock.ts";
import { VersionAgreement } from "./agree-on-version.ts";
import type { HeldDocuments } from "./held-documents.ts";
import type { Rebuild } from "./rebuild.ts";
import { SizeGate } from "./size-gate.ts";

/** What a publication is made of. */
export interface ContentPublicationParts {
  readonly database: Database;
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Is told of each document that a reading found to be the present one. */
  readonly onSeen?: (revision: Revision, readAtMs: number) => void;
  /** Is told of each new revision that was shown; `before`: what was shown until then. */
  readonly onPublished?: (revision: Revision, before: Revision | undefined) => void;
  readonly sizes: { readonly maxDocumentBytes: number };
}

/** A content of which nothing is in doubt any more. */
export interface SureContent {
  readonly entry: DirectoryEntry;
  readonly reading: EarlyReading;
  readonly content: HashedContent;
  /** What the board has. */
  readonly current: Revision | undefined;
  readonly rebuild: Rebuild;
}

/** Takes a content the rest of the way: within what clients take, under the version that replicas agree on, to the board. */
export class ContentPublication {
  readonly #parts: ContentPublicationParts;
  readonly #versions: VersionAgreement;
  /** Environments whose revision on the board has the version that the replicas agreed on; one from disk has an old one. */
  readonly #agreed = new Set<number>();
  readonly #gate: SizeGate;

  constructor(parts: ContentPublicationParts) {
    this.#parts = parts;
    this.#versions = new VersionAgreement(parts.database, parts.logger);
    this.#gate = new SizeGate(parts);
  }

  /** Documents that are not shown because clients would not take them. */
  get held(): HeldDocuments {
    return this.#gate.held;
  }

  /** Drops what is remembered of an environment that is no longer served. */
  forget(environmentId: number): void {
    this.#agreed.delete(environmentId);
    this.#gate.forget(environmentId);
  }

  /**
   * See `PublishOutcome` for what the answers mean.
   *
   * @throws what the database threw; nothing was published then.
   */
  async publish(sure: SureContent): Promise<"changed" | "unchanged" | "outdated" | "too_large"> {
    const { entry, reading, content, current, rebuild } = sure;
    const { environmentId, projectId } = entry;
    const { board, onSeen, onPublished } = this.#parts;
    if (this.#gate.holds(entry, content)) return "too_large";
    if (current?.hash === content.hash && this.#agreed.has(environmentId)) {
      onSeen?.(current, reading.readAtMs);
      return "unchanged";
    }
    const agreed = await this.#versions.agree(reading, content.hash, current);
    rebuild.ended("record");
    if (agreed.outdated) return "outdated";
    if (agreed.recorded) this.#agreed.add(environmentId);
    else this.#agreed.delete(environmentId);
    const revision = buildRevision({ content, environmentId, projectId, versionMs: agreed.versionMs });
    rebuild.ended("encode");
    const isNew = board.publish(revision);
    rebuild.ended("offer");
    onSeen?.(revision, reading.readAtMs);
    if (!isNew) return "unchanged";
    onPublished?.(revision, current);
    this.#report(revision, content, rebuild);
    return "changed";
  }

  #report(revision: Revision, { translation }: HashedContent, { beganMs }: Rebuild): void {
    const { board, clock, logger, metrics } = this.#parts;
    const durationMs = clock.monotonicMs() - beganMs;
    const bytes = revision.bytes.length;
    metrics.documentBuilt(durationMs, bytes);
    metrics.documents(board.revisions().length);
    for (const { reason } of translation.warnings) metrics.warnings(reason, 1);
    logger.info(
      {
        environmentId: revision.environmentId,
        flagSetId: revision.flagSetId,
        revision: revision.hash.slice(0, 12),
        bytes,
        warnings: translation.warnings.length,
        followers: board.followerCount(revision.environmentId),
        durationMs: Math.round(durationMs * 10) / 10,
      },
      "published",
    );
  }
}
