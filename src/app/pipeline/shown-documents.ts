import type { DirectoryEntry } from "../../model/access.ts";
import type { Revision } from "../../model/revision.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Board } from "../../publish/board.ts";
import type { EnvironmentPublisher } from "./environment-publisher.ts";
import { type HeldDocument, refusalOf } from "./held-documents.ts";
import { isServed, type KnownDirectory } from "./known-directory.ts";

/** What is needed to say which documents are shown. */
interface ShownDocumentsParts {
  readonly directory: KnownDirectory;
  readonly board: Board;
  readonly publisher: Pick<EnvironmentPublisher, "heldDocument" | "heldDocuments">;
  readonly metrics: Metrics;
}

/** Whether all is served. */
export interface DocumentsReadiness {
  readonly ready: boolean;
  /** Flag sets without a document yet, or `the database`. */
  readonly waitingFor: readonly string[];
  readonly held: readonly HeldDocument[];
}

/** Which of the environments that are to be served have a document on the board, and why others have none. */
export class ShownDocuments {
  readonly #parts: ShownDocumentsParts;
  #wasReady = false;

  constructor(parts: ShownDocumentsParts) {
    this.#parts = parts;
  }

  /** Shows a document as it once was, if its environment is to be served and none could be read yet; `true` if so. */
  showKept(revision: Revision): boolean {
    const { board, directory, metrics } = this.#parts;
    const entry = directory.entry(revision.environmentId);
    if (entry === undefined || !isServed(entry) || board.current(revision.environmentId)) return false;
    board.publish(revision);
    metrics.documents(board.revisions().length);
    return true;
  }

  /** Environments that are to be served and have no document yet. */
  missing(): readonly DirectoryEntry[] {
    const { board, directory } = this.#parts;
    return directory.served().filter((entry) => board.current(entry.environmentId) === undefined);
  }

  /**
   * Ready when every environment that is to be served has a document; once ready, always ready. One whose document is
   * too large to be shown is not waited for: its neighbours must not suffer.
   */
  readiness(): DocumentsReadiness {
    const held = this.#parts.publisher.heldDocuments();
    if (this.#parts.directory.known === undefined)
      return { ready: false, waitingFor: ["the database"], held };
    const waitingFor = this.#wasReady
      ? []
      : this.missing().flatMap((entry) => (this.held(entry.environmentId) ? [] : [entry.flagSetId]));
    this.#wasReady = waitingFor.length === 0;
    return { ready: this.#wasReady, waitingFor, held };
  }

  /** The newest document of an environment, where it is not shown because clients would not take it. */
  held(environmentId: number): HeldDocument | undefined {
    return this.#parts.publisher.heldDocument(environmentId);
  }

  /** Why nothing can be shown of an environment: its document is too large, and none before it was not. */
  refusal(environmentId: number): ReturnType<typeof refusalOf> | undefined {
    const held = this.held(environmentId);
    if (held === undefined || this.#parts.board.current(environmentId) !== undefined) return undefined;
    return refusalOf(held);
  }
}
