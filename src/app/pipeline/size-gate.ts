import type { DirectoryEntry } from "../../model/access.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { type HashedContent, messageBytes } from "../../publish/build-revision.ts";
import { HeldDocuments, TOO_LARGE_ADVICE } from "./held-documents.ts";

/** What a gate needs. */
export interface SizeGateParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly sizes: { readonly maxDocumentBytes: number };
}

const REASON = "document_too_large";

/** Lets no document out that clients would not take: to them it would look like a server that fails. */
export class SizeGate {
  /** What is held back at present. */
  readonly held: HeldDocuments;
  readonly #parts: SizeGateParts;

  constructor(parts: SizeGateParts) {
    this.#parts = parts;
    this.held = new HeldDocuments((count) => parts.metrics.documentsHeld(REASON, count));
  }

  /** Whether the document is held back; says so once, and once when it fits again. */
  holds({ environmentId, flagSetId }: DirectoryEntry, content: HashedContent): boolean {
    const { logger, sizes } = this.#parts;
    const bytes = messageBytes(content);
    if (bytes <= sizes.maxDocumentBytes) {
      if (this.held.release(environmentId)) {
        logger.info({ environmentId, flagSetId, bytes }, "the document fits again");
      }
      return false;
    }
    const warning = content.translation.warnings.find(({ reason }) => reason === REASON);
    const detail = warning?.detail ?? `${bytes} bytes, clients take ${sizes.maxDocumentBytes}`;
    if (this.held.hold({ environmentId, flagSetId, reason: REASON, bytes, detail })) {
      logger.error(
        { environmentId, flagSetId, reason: REASON, bytes, detail, advice: TOO_LARGE_ADVICE },
        "the document is too large for its clients: the last one that fitted stays",
      );
    }
    return true;
  }

  /** The environment is no longer served. */
  forget(environmentId: number): void {
    this.held.release(environmentId);
  }
}
