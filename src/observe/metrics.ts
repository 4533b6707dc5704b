import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type ConnectionMetrics, createConnectionMetrics } from "./connection-metrics.ts";
import { createServedMetrics, type ServedMetrics } from "./served-metrics.ts";
import { createStateMetrics, type StateMetrics } from "./state-metrics.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STREAM_SECONDS = [30, 60, 300, 600, 1_800, 3_600, 10_800];
const BYTES = [1_000, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 4_194_304];

/** What the pipeline and the transports report; every label has few values (no keys, no environments). */
export interface Metrics extends ServedMetrics {
  /** `status` is an HTTP status or a gRPC refusal; the first prototype's name. */
  syncRequest(status: string): void;
  documentBuilt(durationMs: number, bytes: number): void;
  warnings(reason: string, count: number): void;
  streamOpened(): void;
  streamEnded(reason: string, durationMs: number): void;
  readonly connections: ConnectionMetrics;
  sent(bytes: number, coalesced: number): void;
  refused(reason: string): void;
  /** A request was turned away unseen because its address sent many without a valid key. */
  slowed(reason: string): void;
  revisionPublished(cause: string): void;
  /** From the start of the transaction that changed something to its revision's publication. */
  propagated(delayMs: number): void;
  scheduledChange(latenessMs: number): void;
  notificationMissed(): void;
  refreshFailed(): void;
  readonly state: StateMetrics;
  render(): Promise<string>;
  readonly contentType: string;
}

function counter<Label extends string = never>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

/** Makes a registry of its own, so that two servers in one process do not share figures. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: "flagsmith_flagd_info", help: "Version", labelNames: ["version"], registers }).set(
    { version },
    1,
  );
  const requests = counter(registry, "flagsmith_flagd_sync_requests_total", "Requests for a document", [
    "status",
  ]);
  const build = new Histogram({
    name: "flagsmith_flagd_document_build_seconds",
    help: "Time to read and translate an environment",
    buckets: SECONDS,
    registers,
  });
  const size = new Histogram({
    name: "flagsmith_flagd_document_size_bytes",
    help: "Size of built documents",
    buckets: BYTES,
    registers,
  });
  const warned = counter(
    registry,
    "flagsmith_flagd_translation_warnings_total",
    "Warnings of built documents",
    ["reason"],
  );
  const active = new Gauge({
    name: "flagsmith_flagd_active_streams",
    help: "Open SyncFlags streams",
    registers,
  });
  const streams = new Histogram({
    name: "flagsmith_flagd_stream_duration_seconds",
    help: "How long SyncFlags streams lasted",
    labelNames: ["reason"],
    buckets: STREAM_SECONDS,
    registers,
  });
  const bytes = counter(registry, "flagsmith_flagd_sent_bytes_total", "Bytes of documents handed to streams");
  const messages = counter(registry, "flagsmith_flagd_sent_messages_total", "Documents handed to streams");
  const coalesced = counter(
    registry,
    "flagsmith_flagd_coalesced_total",
    "Revisions that a slow reader never saw",
  );
  const refusals = counter(registry, "flagsmith_flagd_refused_total", "Refused requests", ["reason"]);
  const slowed = counter(
    registry,
    "flagsmith_flagd_slowed_total",
    "Requests turned away because many without a valid key came from their address",
    ["reason"],
  );
  const revisions = counter(registry, "flagsmith_flagd_revisions_total", "Published revisions", ["cause"]);
  const propagation = new Histogram({
    name: "flagsmith_flagd_propagation_seconds",
    help: "From the start of a transaction to the publication of its revision",
    buckets: SECONDS,
    registers,
  });
  const lateness = new Histogram({
    name: "flagsmith_flagd_schedule_lateness_seconds",
    help: "How much later than its live_from a scheduled change was published",
    buckets: SECONDS,
    registers,
  });
  const missed = counter(
    registry,
    "flagsmith_flagd_missed_notifications_total",
    "Changes that only the reconcile found",
  );
  const failures = counter(
    registry,
    "flagsmith_flagd_refresh_failures_total",
    "Readings that failed and are retried",
  );
  return {
    ...createServedMetrics(registry),
    syncRequest: (status) => requests.inc({ status }),
    documentBuilt(durationMs, documentBytes) {
      build.observe(durationMs / 1_000);
      size.observe(documentBytes);
    },
    warnings: (reason, count) => warned.inc({ reason }, count),
    streamOpened: () => active.inc(),
    streamEnded(reason, durationMs) {
      active.dec();
      streams.observe({ reason }, durationMs / 1_000);
    },
    connections: createConnectionMetrics(registry),
    sent(count, skipped) {
      bytes.inc(count);
      messages.inc();
      coalesced.inc(skipped);
    },
    refused: (reason) => refusals.inc({ reason }),
    slowed: (reason) => slowed.inc({ reason }),
    revisionPublished: (cause) => revisions.inc({ cause }),
    propagated: (delayMs) => propagation.observe(Math.max(0, delayMs) / 1_000),
    scheduledChange: (latenessMs) => lateness.observe(Math.max(0, latenessMs) / 1_000),
    notificationMissed: () => missed.inc(),
    refreshFailed: () => failures.inc(),
    state: createStateMetrics(registry),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
