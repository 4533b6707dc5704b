import type { MetricSpec } from "../metric-spec.ts";

/** flagd's own bounds for the duration of a sync stream: 30 s to 3 h. */
const STREAM_SECONDS = [30, 60, 120, 300, 480, 600, 1_200, 1_800, 3_600, 10_800];

/** Metrics of the streams that clients follow, and of what is sent. */
export const STREAM_METRICS = {
  activeStreams: {
    name: "flagsmith_flagd_active_streams",
    type: "gauge",
    help: "Open SyncFlags streams",
  },
  streamDuration: {
    name: "flagsmith_flagd_stream_duration_seconds",
    type: "histogram",
    help: "How long SyncFlags streams lasted",
    labels: {
      reason: {
        meaning:
          "`client`: it went away; `deadline`: its own; `draining`: this process stops; `half_open`: it gave no sign of life; `max_age`: MAX_STREAM_AGE_SECONDS; `refused`: its key or environment is no longer good; `slow`: it did not take a message in time",
        values: ["client", "deadline", "draining", "half_open", "max_age", "refused", "slow"],
      },
    },
    buckets: STREAM_SECONDS,
  },
  flagdActiveStreams: {
    name: "feature_flag_flagd_sync_active_streams",
    type: "gauge",
    help: "The same as flagsmith_flagd_active_streams, by the name that flagd's own sync service has for it",
  },
  flagdStreamDuration: {
    name: "feature_flag_flagd_sync_stream_duration_seconds",
    type: "histogram",
    help: "The same as flagsmith_flagd_stream_duration_seconds, by flagd's own name and reasons",
    note: "flagd's labels `selector` and `provider_id` are left out: clients choose them, so they are without bounds.",
    labels: {
      reason: {
        meaning: "flagd's reasons",
        values: ["normal_close", "deadline_exceeded", "client_disconnect", "error"],
      },
    },
    buckets: STREAM_SECONDS,
  },
  sentMessages: {
    name: "flagsmith_flagd_sent_messages_total",
    type: "counter",
    help: "Documents handed to streams and to FetchAllFlags",
  },
  sentBytes: {
    name: "flagsmith_flagd_sent_bytes_total",
    type: "counter",
    help: "Bytes of these documents, as they go on the wire",
  },
  coalesced: {
    name: "flagsmith_flagd_coalesced_total",
    type: "counter",
    help: "Revisions that a slow reader never saw, because a newer one came before it took them",
  },
  connections: {
    name: "flagsmith_flagd_connections",
    type: "gauge",
    help: "Open connections of the sync port",
  },
  connectionsCut: {
    name: "flagsmith_flagd_connections_cut_total",
    type: "counter",
    help: "Connections that were ended, or exchanges that were broken off, by the server",
    labels: {
      reason: {
        meaning: "why; the log says it in a sentence at level debug",
        values: [
          "silent",
          "idle",
          "half_open",
          "tls",
          "cleartext",
          "tls_handshake",
          "proxy_header",
          "malformed",
          "too_large",
          "late_request",
          "late_answer",
          "too_many",
        ],
      },
    },
  },
} as const satisfies Record<string, MetricSpec>;
