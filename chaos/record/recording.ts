/** What one message told, boiled down to what the rules ask about. */
export interface Seen {
  /** By this machine's clock, epoch milliseconds. */
  readonly atMs: number;
  /** `metadata.version`. */
  readonly version: string;
  /** SHA-256 of the document without `metadata.version`. */
  readonly hash: string;
  readonly bytes: number;
  /** How many flags there are. */
  readonly flags: number;
  /** Flags that always exist and are not there. */
  readonly missing: readonly string[];
  /** The number that the writer only ever raises; null where the document has none. */
  readonly counter: number | null;
  /** What nobody may ever see: values between two steps of one change. */
  readonly forbidden: readonly string[];
}

/** How a stream or a poller's run ended. */
export interface StreamEnd {
  readonly atMs: number;
  /** gRPC status; for a poller the HTTP status, or 0 where there was no answer. */
  readonly code: number;
  readonly details: string;
}

/** All that one follower saw on one stream, or between two failures of a poller. */
export interface Recording {
  readonly follower: string;
  readonly kind: "stream" | "poll";
  readonly environment: string;
  readonly openedAtMs: number;
  readonly seen: readonly Seen[];
  /** Not there while it is open. */
  readonly end?: StreamEnd;
}
