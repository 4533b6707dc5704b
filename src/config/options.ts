/** config: one table of options gives environment variable, flag, default, help and type. */
import { z } from "zod";

/** One option of the server. */
export interface OptionSpec {
  readonly env: string;
  readonly flag: string;
  /** What the flag's argument is called in the help text. */
  readonly argument: string;
  readonly help: string;
  /** Never shown whole. */
  readonly secret?: boolean;
}

const port = (preset: number) => z.coerce.number().int().min(0).max(65_535).default(preset);
const count = (preset: number, least: number, most: number) =>
  z.coerce.number().int().min(least).max(most).default(preset);

const url = z
  .string("is required")
  .refine((text) => /^postgres(ql)?:\/\//.test(text), "must begin with postgres:// or postgresql://");

/** The shape that {@link loadConfig} gives; each member is one option. */
export const CONFIG_SHAPE = {
  databaseUrl: url,
  listenDatabaseUrl: url.optional(),
  host: z.string().min(1).default("0.0.0.0"),
  syncPort: port(8015),
  managementPort: port(8014),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  reconcileSeconds: count(60, 1, 86_400),
  settleMs: count(100, 0, 10_000),
  settleMaxMs: count(1_000, 0, 60_000),
  sizeBudgetBytes: count(1_000_000, 1_000, 1_000_000_000),
  maxDocumentBytes: count(4_194_304, 1_000, 1_000_000_000),
  gzipMinBytes: count(16_384, 0, 1_000_000_000),
  databasePool: count(4, 2, 100),
  databaseTimeoutMs: count(10_000, 100, 600_000),
  drainMs: count(10_000, 0, 3_600_000),
  shutdownGraceMs: count(5_000, 0, 300_000),
  slowReaderMs: count(30_000, 100, 3_600_000),
  pingIntervalMs: count(30_000, 0, 86_400_000),
  pingTimeoutMs: count(20_000, 100, 3_600_000),
  maxStreamAgeSeconds: count(0, 0, 31_536_000),
  maxConnections: count(50_000, 1, 10_000_000),
  workers: count(1, 1, 64),
  stateDir: z.string().min(1).optional(),
} as const;

/** All options of the server, checked. */
export type Config = Readonly<z.output<z.ZodObject<typeof CONFIG_SHAPE>>>;

/** See {@link OptionSpec}; the order is that of the help text. */
export const OPTIONS: Readonly<Record<keyof typeof CONFIG_SHAPE, OptionSpec>> = {
  databaseUrl: {
    env: "DATABASE_URL",
    flag: "--database-url",
    argument: "<url>",
    help: "Flagsmith's Postgres",
    secret: true,
  },
  listenDatabaseUrl: {
    env: "LISTEN_DATABASE_URL",
    flag: "--listen-database-url",
    argument: "<url>",
    help: "the same Postgres without a pooler between, for LISTEN (default: DATABASE_URL)",
    secret: true,
  },
  host: { env: "HOST", flag: "--host", argument: "<address>", help: "address to bind" },
  syncPort: {
    env: "SYNC_PORT",
    flag: "--sync-port",
    argument: "<port>",
    help: "gRPC, gRPC-Web, Connect and HTTP for flagd",
  },
  managementPort: {
    env: "MANAGEMENT_PORT",
    flag: "--management-port",
    argument: "<port>",
    help: "/healthz, /readyz, /metrics",
  },
  logLevel: {
    env: "LOG_LEVEL",
    flag: "--log-level",
    argument: "<level>",
    help: "debug, info, warn, error or silent",
  },
  reconcileSeconds: {
    env: "RECONCILE_SECONDS",
    flag: "--reconcile-seconds",
    argument: "<seconds>",
    help: "how often everything is compared with the database, in case a notification was missed",
  },
  settleMs: {
    env: "SETTLE_MS",
    flag: "--settle-ms",
    argument: "<ms>",
    help: "how long a series of changes must have been quiet before it is published",
  },
  settleMaxMs: {
    env: "SETTLE_MAX_MS",
    flag: "--settle-max-ms",
    argument: "<ms>",
    help: "how long a series of changes is waited for at most",
  },
  sizeBudgetBytes: {
    env: "SIZE_BUDGET_BYTES",
    flag: "--size-budget-bytes",
    argument: "<bytes>",
    help: "above it a document falls back to compact targeting",
  },
  maxDocumentBytes: {
    env: "MAX_DOCUMENT_BYTES",
    flag: "--max-document-bytes",
    argument: "<bytes>",
    help: "what the followers accept; documents warn from 75 % of it",
  },
  gzipMinBytes: {
    env: "GZIP_MIN_BYTES",
    flag: "--gzip-min-bytes",
    argument: "<bytes>",
    help: "gRPC messages of at least this size are gzipped for clients that take it",
  },
  databasePool: {
    env: "DATABASE_POOL",
    flag: "--database-pool",
    argument: "<n>",
    help: "connections for reading, besides the one that listens",
  },
  databaseTimeoutMs: {
    env: "DATABASE_TIMEOUT_MS",
    flag: "--database-timeout-ms",
    argument: "<ms>",
    help: "how long one query may take before it is given up and tried again",
  },
  drainMs: {
    env: "DRAIN_MS",
    flag: "--drain-ms",
    argument: "<ms>",
    help: "over how long streams are ended when the process stops; less if they are few",
  },
  shutdownGraceMs: {
    env: "SHUTDOWN_GRACE_MS",
    flag: "--shutdown-grace-ms",
    argument: "<ms>",
    help: "how long connections may take to end after the last stream was",
  },
  slowReaderMs: {
    env: "SLOW_READER_MS",
    flag: "--slow-reader-ms",
    argument: "<ms>",
    help: "how long a client may take for one message before its stream is ended",
  },
  pingIntervalMs: {
    env: "PING_INTERVAL_MS",
    flag: "--ping-interval-ms",
    argument: "<ms>",
    help: "how often HTTP/2 clients with open streams are asked whether they live; 0: never",
  },
  pingTimeoutMs: {
    env: "PING_TIMEOUT_MS",
    flag: "--ping-timeout-ms",
    argument: "<ms>",
    help: "how long a client may be silent after a ping before its connection is cut",
  },
  maxStreamAgeSeconds: {
    env: "MAX_STREAM_AGE_SECONDS",
    flag: "--max-stream-age-seconds",
    argument: "<seconds>",
    help: "streams are ended when they are so old, 10 % sooner or later, and come back; 0: never",
  },
  maxConnections: {
    env: "MAX_CONNECTIONS",
    flag: "--max-connections",
    argument: "<n>",
    help: "connections that the sync port holds at the same time, in each process",
  },
  workers: {
    env: "WORKERS",
    flag: "--workers",
    argument: "<n>",
    help: "processes that serve the same ports, each a full replica with its own database connections",
  },
  stateDir: {
    env: "STATE_DIR",
    flag: "--state-dir",
    argument: "<folder>",
    help: "where the last good documents are kept, so that a start during an outage serves them (default: nowhere)",
  },
};
