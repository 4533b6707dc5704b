import { type MetricSpec, SECONDS } from "../metric-spec.ts";

/** Everything that a translation may warn of: model/warning.ts. */
const WARNING_REASONS = [
  "regex_unsupported",
  "unknown_operator",
  "malformed_value",
  "identity_override_limit_exceeded",
  "disabled_override_no_op",
  "override_enabled_ignored",
  "type_mismatch",
  "dotted_property",
  "percentage_bucketing_differs",
  "compact_encoding",
  "document_too_large",
  "translation_failed",
  "unreadable_row",
] as const;

/** Bounds for a document: the last is what clients take at most. */
const BYTES = [1_000, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 4_194_304];

/** Metrics of documents and of what their making costs. */
export const DOCUMENT_METRICS = {
  documents: {
    name: "flagsmith_flagd_documents",
    type: "gauge",
    help: "Environments with a document",
  },
  documentsHeld: {
    name: "flagsmith_flagd_documents_held",
    type: "gauge",
    help: "Environments whose newest document is not shown; their last one stays",
    labels: { reason: { meaning: "why", values: ["document_too_large"] } },
  },
  documentWarnings: {
    name: "flagsmith_flagd_document_warnings",
    type: "gauge",
    help: "Warnings of the documents that are served now",
    note: "What to do about each reason is in [translation.md](translation.md); which features are meant is on the status page and in `diagnose`.",
    labels: { reason: { meaning: "what is warned of", values: WARNING_REASONS } },
  },
  translationWarnings: {
    name: "flagsmith_flagd_translation_warnings_total",
    type: "counter",
    help: "Warnings of built documents, counted anew with each build",
    labels: { reason: { meaning: "what is warned of", values: WARNING_REASONS } },
  },
  documentBuild: {
    name: "flagsmith_flagd_document_build_seconds",
    type: "histogram",
    help: "Time to make a new document, from the beginning of its reading to its publication",
    buckets: SECONDS,
  },
  rebuildStage: {
    name: "flagsmith_flagd_rebuild_stage_seconds",
    type: "histogram",
    help: "Time of each stage of a rebuild, whether or not it changed the document",
    labels: {
      stage: {
        meaning:
          "`read`: reading the rows; `hear`: waiting until all that was announced before them was heard; `translate`: the canonical text and its hash; `record`: waiting until it is known that the tables did not move, and agreeing on the version with the other replicas; `encode`: the frame that all streams share; `offer`: handing it to the first streams, gzipped where it is wanted so; the others follow while those are written",
        values: ["read", "hear", "translate", "record", "encode", "offer"],
      },
    },
    buckets: [0.0001, 0.00025, 0.0005, ...SECONDS],
  },
  documentSize: {
    name: "flagsmith_flagd_document_size_bytes",
    type: "histogram",
    help: "Size of built documents",
    buckets: BYTES,
  },
  revisions: {
    name: "flagsmith_flagd_revisions_total",
    type: "counter",
    help: "Published revisions",
    labels: {
      cause: {
        meaning:
          "`change`: a notification; `schedule`: the clock; `resync`: the reading at start and after a lost connection; `reconcile`: the periodic comparison; several are joined by `+`",
        most: 15,
      },
    },
  },
  propagation: {
    name: "flagsmith_flagd_propagation_seconds",
    type: "histogram",
    help: "From the start of a transaction that was announced to the publication of its revision",
    note: "A trigger cannot see the commit, so the start of the transaction counts: Flagsmith's transactions take some milliseconds, and what theirs take is contained. By the database's clock.",
    buckets: SECONDS,
  },
  delivery: {
    name: "flagsmith_flagd_delivery_seconds",
    type: "histogram",
    help: "From the start of the same transaction to the moment when a stream's last byte of it was with the kernel",
    note: "One observation per stream and change, for streams that were open when the change was published. Over gRPC the moment is that of Node's write callback: the client's flow control let everything through and the kernel took it. Over gRPC-Web and Connect it is when the response takes more. A stream that is too slow for a revision is sent the next one instead, and counted with that. For a scheduled change the time since its moment counts.",
    buckets: SECONDS,
  },
  scheduledChanges: {
    name: "flagsmith_flagd_scheduled_changes",
    type: "gauge",
    help: "Environments that the clock alone will change",
  },
  nextScheduled: {
    name: "flagsmith_flagd_next_scheduled_change_timestamp_seconds",
    type: "gauge",
    help: "When the clock alone changes an environment next, seconds since 1970 by the database's clock; 0: never",
  },
  scheduleLateness: {
    name: "flagsmith_flagd_schedule_lateness_seconds",
    type: "histogram",
    help: "How much later than its live_from a scheduled change was published",
    buckets: SECONDS,
  },
} as const satisfies Record<string, MetricSpec>;
