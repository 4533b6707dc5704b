import type { Instruments } from "./instruments.ts";

/** What the transports report of streams. */
export interface StreamMetrics {
  streamOpened(): void;
  streamEnded(reason: string, durationMs: number): void;
  /** A document was handed to a stream: called for each in the middle of a push. */
  sent(bytes: number, coalesced: number): void;
}

/** flagd's own words for the ends of streams. Ours never end normally: UNAVAILABLE makes clients come back. */
const FLAGD_REASONS: Readonly<Record<string, string>> = {
  client: "client_disconnect",
  half_open: "client_disconnect",
  deadline: "deadline_exceeded",
  draining: "normal_close",
  max_age: "normal_close",
};

/** Puts them on the instruments. */
export function streamMetrics(on: Instruments): StreamMetrics {
  return {
    streamOpened() {
      on.activeStreams.inc();
      on.flagdActiveStreams.inc();
    },
    streamEnded(reason, durationMs) {
      on.activeStreams.dec();
      on.flagdActiveStreams.dec();
      on.streamDuration.observe({ reason }, durationMs / 1_000);
      on.flagdStreamDuration.observe({ reason: FLAGD_REASONS[reason] ?? "error" }, durationMs / 1_000);
    },
    sent(bytes, skipped) {
      on.sentBytes.inc(bytes);
      on.sentMessages.inc();
      if (skipped > 0) on.coalesced.inc(skipped);
    },
  };
}
