import type { Translation } from "./translation.ts";

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
  /** The whole document as canonical JSON in UTF-8. */
  readonly bytes: Buffer;
  readonly translation: Translation;
}
