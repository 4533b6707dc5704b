import type { RefusalReason } from "../../model/access.ts";

/**
 * Why a stream came to its end; bounded, so that it may be a metric's label. `client`: it went away by itself; `slow`: it
 * did not take a message in time; `half_open`: it gave no sign of life although pinged; `max_age`: it was as old as streams may be.
 */
export type StreamEndReason =
  | "client"
  | "deadline"
  | "draining"
  | "half_open"
  | "max_age"
  | "refused"
  | "slow";

/** What this room tells whoever measures. All calls are synchronous and must not throw. */
export interface SyncObserver {
  /** A SyncFlags stream was accepted. */
  streamOpened(): void;
  /** The same stream is over; `durationMs` since it was accepted. */
  streamEnded(reason: StreamEndReason, durationMs: number): void;
  /** A document was handed to a client's connection: its bytes on the wire, and how many newer-than-sent ones it replaced. */
  sent(bytes: number, details: { readonly coalesced: number }): void;
  /** A call was turned away. */
  refused(reason: RefusalReason): void;
}

/** What this room may tell an operator; the app hands in the process's logger. Keys appear by their last four characters only. */
export interface GrpcLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
