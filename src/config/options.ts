/** config: one table of options gives environment variable, flag, default, help and type. */
import { z } from "zod";
import { isAddressRange, isOrigin, pairsOf } from "./lists.ts";
import { count, file, list, port, url } from "./value-kinds.ts";

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

/** The shape that {@link loadConfig} gives; each member is one option. */
export const CONFIG_SHAPE = {
  databaseUrl: url,
  listenDatabaseUrl: url.optional(),
  host: z.string().min(1).default("0.0.0.0"),
  syncPort: port(8015),
  managementHost: z.string().min(1).default("127.0.0.1"),
  managementPort: port(8014),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  logFormat: z.enum(["auto", "json", "pretty"]).default("auto"),
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
  statusToken: z.string().min(16, "must have at least 16 characters").optional(),
  tlsCertFile: file,
  tlsKeyFile: file,
  tlsClientCaFile: file,
  tlsClientCertificates: z.enum(["required", "optional"]).default("required"),
  tlsClientEnvironments: z
    .string()
    .refine(
      (text) => pairsOf(text) !== undefined,
      "must be pairs such as spiffe://cluster/ns/shop=shop/production",
    )
    .optional(),
  managementTlsCertFile: file,
  managementTlsKeyFile: file,
  trustedProxies: list(isAddressRange, "must be addresses or ranges such as 10.0.0.0/8"),
  proxyProtocol: z.enum(["off", "on"]).default("off"),
  failureBurst: count(20, 1, 1_000_000),
  failuresPerMinute: count(60, 0, 1_000_000),
  corsOrigins: list(isOrigin, "must be origins such as https://app.example.com, without a path, or *"),
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
  host: { env: "HOST", flag: "--host", argument: "<address>", help: "address that the sync port binds to" },
  syncPort: {
    env: "SYNC_PORT",
    flag: "--sync-port",
    argument: "<port>",
    help: "gRPC, gRPC-Web, Connect and HTTP for flagd",
  },
  managementHost: {
    env: "MANAGEMENT_HOST",
    flag: "--management-host",
    argument: "<address>",
    help: "address that the management port binds to; probes and scrapers from elsewhere need 0.0.0.0 (the image sets it)",
  },
  managementPort: {
    env: "MANAGEMENT_PORT",
    flag: "--management-port",
    argument: "<port>",
    help: "/healthz, /readyz, /metrics and the status page",
  },
  logLevel: {
    env: "LOG_LEVEL",
    flag: "--log-level",
    argument: "<level>",
    help: "debug, info, warn, error or silent; SIGUSR2 switches to debug and back",
  },
  logFormat: {
    env: "LOG_FORMAT",
    flag: "--log-format",
    argument: "<format>",
    help: "auto, json or pretty; auto: for people on a terminal, as JSON elsewhere",
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
  statusToken: {
    env: "STATUS_TOKEN",
    flag: "--status-token",
    argument: "<text>",
    help: "what the status page and /api/status ask for; without it they are shown on the loopback only",
    secret: true,
  },
  stateDir: {
    env: "STATE_DIR",
    flag: "--state-dir",
    argument: "<folder>",
    help: "where the last good documents are kept, so that a start during an outage serves them (default: nowhere)",
  },
  tlsCertFile: {
    env: "TLS_CERT_FILE",
    flag: "--tls-cert-file",
    argument: "<file>",
    help: "certificate chain of the sync port, PEM, read anew when it changes (default: cleartext)",
  },
  tlsKeyFile: {
    env: "TLS_KEY_FILE",
    flag: "--tls-key-file",
    argument: "<file>",
    help: "private key of TLS_CERT_FILE, PEM",
  },
  tlsClientCaFile: {
    env: "TLS_CLIENT_CA_FILE",
    flag: "--tls-client-ca-file",
    argument: "<file>",
    help: "whose client certificates the sync port asks for, PEM (default: asks for none)",
  },
  tlsClientCertificates: {
    env: "TLS_CLIENT_CERTIFICATES",
    flag: "--tls-client-certificates",
    argument: "<when>",
    help: "with TLS_CLIENT_CA_FILE: whether a client without a certificate is let in",
  },
  tlsClientEnvironments: {
    env: "TLS_CLIENT_ENVIRONMENTS",
    flag: "--tls-client-environments",
    argument: "<pairs>",
    help: "which flag set a client certificate opens by its URI or DNS name: name=project/environment, …; a key that is sent wins",
  },
  managementTlsCertFile: {
    env: "MANAGEMENT_TLS_CERT_FILE",
    flag: "--management-tls-cert-file",
    argument: "<file>",
    help: "certificate chain of the management port, PEM; may be that of the sync port (default: cleartext)",
  },
  managementTlsKeyFile: {
    env: "MANAGEMENT_TLS_KEY_FILE",
    flag: "--management-tls-key-file",
    argument: "<file>",
    help: "private key of MANAGEMENT_TLS_CERT_FILE, PEM",
  },
  trustedProxies: {
    env: "TRUSTED_PROXIES",
    flag: "--trusted-proxies",
    argument: "<ranges>",
    help: "addresses and ranges whose X-Forwarded-For, and PROXY header, tells the client's address (default: nobody's)",
  },
  proxyProtocol: {
    env: "PROXY_PROTOCOL",
    flag: "--proxy-protocol",
    argument: "<on|off>",
    help: "whether TRUSTED_PROXIES begin each connection to the sync port with a PROXY header, version 1 or 2",
  },
  failureBurst: {
    env: "FAILURE_BURST",
    flag: "--failure-burst",
    argument: "<n>",
    help: "requests without a valid key that an address may send in a row before further such requests have to wait",
  },
  failuresPerMinute: {
    env: "FAILURES_PER_MINUTE",
    flag: "--failures-per-minute",
    argument: "<n>",
    help: "how many of them are forgiven per minute; 0: nobody is ever slowed",
  },
  corsOrigins: {
    env: "CORS_ORIGINS",
    flag: "--cors-origins",
    argument: "<origins>",
    help: "pages that may read flags in a browser: https://app.example.com, … or * (default: none)",
  },
};
