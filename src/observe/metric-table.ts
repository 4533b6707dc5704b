/**
 * Every metric of ours: what the registry is made from, and docs/metrics.md. Besides these the port exports prom-client's
 * metrics of the process and of Node.
 */
import { ACCESS_METRICS } from "./tables/access-metrics.ts";
import { DATABASE_METRICS } from "./tables/database-metrics.ts";
import { DOCUMENT_METRICS } from "./tables/document-metrics.ts";
import { STREAM_METRICS } from "./tables/stream-metrics.ts";

/** By the group under which docs/metrics.md has them. */
export const METRIC_GROUPS = {
  "Documents and changes": DOCUMENT_METRICS,
  "Streams and connections": STREAM_METRICS,
  "Database and freshness": DATABASE_METRICS,
  "Access and the process": ACCESS_METRICS,
} as const;

/** All of them. */
export const METRICS = {
  ...DOCUMENT_METRICS,
  ...STREAM_METRICS,
  ...DATABASE_METRICS,
  ...ACCESS_METRICS,
} as const;
