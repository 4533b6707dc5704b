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
  shutdownGraceMs: count(5_000, 0, 300_000),
  slowReaderMs: count(30_000, 100, 3_600_000),
  workers: count(1, 1, 64),
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
  shutdownGraceMs: {
    env: "SHUTDOWN_GRACE_MS",
    flag: "--shutdown-grace-ms",
    argument: "<ms>",
    help: "how long connections may take to end when the process stops",
  },
  slowReaderMs: {
    env: "SLOW_READER_MS",
    flag: "--slow-reader-ms",
    argument: "<ms>",
    help: "how long a client may take for one message before its stream is ended",
  },
  workers: {
    env: "WORKERS",
    flag: "--workers",
    argument: "<n>",
    help: "processes that serve the same ports, each a full replica with its own database connections",
  },
};
