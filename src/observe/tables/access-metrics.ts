import type { MetricSpec } from "../metric-spec.ts";

const PORT = { meaning: "which port", values: ["sync", "management"] } as const;

/** HTTP statuses that our routes answer with are fewer. */
const MOST_STATUSES = 25;

/** Metrics of the process, of who asks, and of who is turned away. */
export const ACCESS_METRICS = {
  info: {
    name: "flagsmith_flagd_info",
    type: "gauge",
    help: "1, with the release as a label",
    labels: { version: { meaning: "this release", most: 1 } },
  },
  ready: {
    name: "flagsmith_flagd_ready",
    type: "gauge",
    help: "1 while /readyz says that the server is ready",
  },
  syncRequests: {
    name: "flagsmith_flagd_sync_requests_total",
    type: "counter",
    help: "Requests for a document: streams that were let in, and HTTP requests by what they were answered",
    labels: { status: { meaning: "`stream`, or an HTTP status", most: MOST_STATUSES } },
  },
  adminRequests: {
    name: "flagsmith_flagd_admin_requests_total",
    type: "counter",
    help: "Requests to the admin REST, by what they were answered",
    labels: { status: { meaning: "an HTTP status", most: MOST_STATUSES } },
  },
  refused: {
    name: "flagsmith_flagd_refused_total",
    type: "counter",
    help: "Requests for documents that were refused, over gRPC and HTTP",
    note: "The reasons are those of [errors.md](errors.md). `missing_key`, `unknown_key`, `client_side_key` and `too_many_failures` are failures of authentication.",
    labels: {
      reason: {
        meaning: "why",
        values: [
          "missing_key",
          "unknown_key",
          "client_side_key",
          "organisation_stopped",
          "edge_project",
          "project_not_enabled",
          "wrong_flag_set",
          "malformed_selector",
          "ambiguous_flag_set",
          "flag_set_needed",
          "not_an_admin_key",
          "busy",
          "document_too_large",
          "too_many_failures",
          "master_keys_unreadable",
        ],
      },
    },
  },
  slowed: {
    name: "flagsmith_flagd_slowed_total",
    type: "counter",
    help: "Requests turned away because many without a valid key came from their address",
    labels: {
      reason: {
        meaning:
          "why they would have been refused; `unverified`: nobody looked; `status_token`: wrong tokens of the status page",
        values: ["missing_key", "unknown_key", "client_side_key", "unverified", "status_token"],
      },
    },
  },
  statusDenied: {
    name: "flagsmith_flagd_status_denied_total",
    type: "counter",
    help: "Requests for the status page and its API that were not answered",
    labels: {
      reason: {
        meaning:
          "`token_needed`: without the token, or with a wrong one; `no_token_set`: STATUS_TOKEN is not set and the port is not on the loopback; `foreign_host`: asked for under another name",
        values: ["token_needed", "no_token_set", "foreign_host"],
      },
    },
  },
  statusWatchers: {
    name: "flagsmith_flagd_status_watchers",
    type: "gauge",
    help: "Clients that watch the status by server-sent events",
  },
  tlsReloads: {
    name: "flagsmith_flagd_tls_reloads_total",
    type: "counter",
    help: "TLS files that were found changed",
    labels: {
      port: PORT,
      outcome: {
        meaning: "`refused`: they cannot be used, and the certificate in use stays",
        values: ["replaced", "refused"],
      },
    },
  },
  tlsExpiry: {
    name: "flagsmith_flagd_tls_certificate_expiry_timestamp_seconds",
    type: "gauge",
    help: "When the certificate in use expires, seconds since 1970; absent without TLS",
    labels: { port: PORT },
  },
} as const satisfies Record<string, MetricSpec>;
