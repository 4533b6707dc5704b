import type { TranslationWarning } from "./warning.ts";

/** What is remembered of a revision's translation so that diagnostics can be answered; the content is in the bytes. */
export interface RevisionFindings {
  readonly translatorVersion: string;
  readonly warnings: readonly TranslationWarning[];
  /** Names of the features that have warnings, in document order. */
  readonly warnedFeatures: readonly string[];
}

/**
 * A document in the forms in which it is sent. All forms share what they can, none is ever written to, and each is made
 * when it is first asked for. A document that was not needed for a while rests zipped; asking for a plain form then
 * unzips it, which takes a millisecond or two for 430 KB.
 */
export interface RevisionDocument {
  /** Bytes of the document as plain JSON; known without unzipping. */
  readonly size: number;
  /** The whole document as canonical JSON in UTF-8. */
  bytes(): Buffer;
  /** The gRPC frame of a SyncFlagsResponse with the document, to be sent as it is; the document's bytes are its end. */
  frame(): Buffer;
  /** The same frame with its message gzipped. */
  zippedFrame(): Buffer;
  /** Lets the plain forms go as soon as there is a zipped one. */
  rest(): void;
}

/** One published state of an environment's document. Immutable; every transport sends from the same bytes. */
export interface Revision {
  readonly environmentId: number;
  readonly projectId: number;
  /** `<project-slug>/<environment-slug>`. */
  readonly flagSetId: string;
  /** SHA-256, in hex, of the canonical content without `metadata.version`: equal content, equal hash, on every replica. */
  readonly hash: string;
  /** When this content took effect, ISO 8601 in UTC; what `metadata.version` says. */
  readonly version: string;
  /** Epoch milliseconds of the same, for `Last-Modified`. */
  readonly versionMs: number;
  readonly document: RevisionDocument;
  /** How many flags it has; absent of a document from disk, which nobody counts. */
  readonly flags?: number;
  /** The same as `document.bytes()`. */
  readonly bytes: Buffer;
  readonly findings: RevisionFindings;
  /** It says that the flag set went away: whoever takes it has nothing of it any more. */
  readonly emptied?: true;
}
