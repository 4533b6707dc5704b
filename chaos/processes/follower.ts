import type { Recording, Seen, StreamEnd } from "../record/recording.ts";

/** A recording that still grows. */
export interface OpenRecording extends Recording {
  readonly seen: Seen[];
  end?: StreamEnd;
}

/** Whom a follower asks, and for what. */
export interface FollowerOptions {
  readonly name: string;
  readonly kind: "stream" | "poll";
  /** The sync port of a replica, or of a proxy before it. */
  readonly port: number;
  readonly environment: string;
  readonly key: string;
  /** Flags that exist all the time. */
  readonly always: readonly string[];
}

/** Someone who follows an environment and writes down all that it sees. */
export interface Follower {
  /** Oldest first; the last one may be open. */
  readonly recordings: readonly OpenRecording[];
  /** Throws its connection away and makes a new one. */
  reconnect(): void;
  close(): void;
}
