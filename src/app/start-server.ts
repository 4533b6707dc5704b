/** app: the only wiring. Every other room is joined here to a server that runs, and that ends in good order. */
import { CertificateEnvironments } from "../access/certificate-environments.ts";
import { FailureGate } from "../access/failure-gate.ts";
import { KeyRing } from "../access/key-ring.ts";
import { MasterKeyVerifier } from "../access/master-keys.ts";
import { pairsOf } from "../config/lists.ts";
import type { Config } from "../config/options.ts";
import type { Logger } from "../observe/logger.ts";
import { createMetrics, type Metrics } from "../observe/metrics.ts";
import type { Traces } from "../observe/traces.ts";
import { asDatabaseError, isConnectionFailure } from "../postgres/connection/connection-failure.ts";
import type { Queryable } from "../postgres/connection/database.ts";
import { probeFlagsmith } from "../postgres/schema/flagsmith-columns.ts";
import { requireMigrated } from "../postgres/set-up/migrate.ts";
import { Board } from "../publish/board.ts";
import { DatabaseTime } from "../snapshot/database-time.ts";
import type { Clock } from "../support/clock.ts";
import { codeOf } from "../support/errors.ts";
import { createManagementRoutes, type Readiness } from "../transports/management/routes.ts";
import { createStatusRoutes } from "../transports/management/status/routes.ts";
import { createPort } from "../transports/port/port.ts";
import { Closers } from "./closers.ts";
import { databaseTarget } from "./database/database-target.ts";
import { DatabaseWatch } from "./database/database-watch.ts";
import { SchemaWatch } from "./database/schema-watch.ts";
import { Staleness } from "./database/staleness.ts";
import { KeptState } from "./kept-state.ts";
import { ChangeFlow } from "./pipeline/change-flow.ts";
import { Pipeline } from "./pipeline/pipeline.ts";
import { createAdmin } from "./ports/admin-routes.ts";
import { MANAGEMENT_CONNECTIONS } from "./ports/management-connections.ts";
import { managementPortTls, syncPortTls } from "./ports/port-tls.ts";
import { createSyncPort } from "./ports/sync-port.ts";
import { ServingState } from "./serving-state.ts";
import { ServerStatus } from "./status/server-status.ts";
import { statusAttempts } from "./status/status-attempts.ts";

/** A server that runs. */
export interface RunningServer {
  readonly syncPort: number;
  readonly managementPort: number;
  /** Stops taking calls, ends every stream with UNAVAILABLE, and closes everything. Idempotent. */
  stop(): Promise<void>;
}

/** What a server is made of. */
export interface ServerParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** This release, for `flagsmith_flagd_info`. */
  readonly version: string;
  /** Where changes are traced to, if anywhere. */
  readonly traces?: Traces | undefined;
  /** Where the management port is bound, in cleartext, whatever the options say: a worker answers its first process only. */
  readonly managementHost?: string;
}

async function openKeptState(parts: ServerParts, metrics: Metrics): Promise<KeptState | undefined> {
  const { config, clock, random, logger } = parts;
  if (config.stateDir === undefined) return undefined;
  const target = databaseTarget(config.databaseUrl);
  const kept = new KeptState({
    path: config.stateDir,
    target,
    clock,
    random,
    logger,
    metrics: metrics.state,
  });
  await kept.prepare();
  return kept;
}

/** An upgrade of Flagsmith, a restore or a lost right may have done this to a database that was served from. */
const SCHEMA_ERRORS: readonly unknown[] = ["DATABASE_UNSUPPORTED", "SCHEMA_MISSING", "42501"];

/** Refuses a database that cannot be served from. Why it cannot is returned where documents may have been kept. */
async function checkDatabase(database: Queryable, kept: KeptState | undefined): Promise<unknown> {
  try {
    await probeFlagsmith(database);
    await requireMigrated(database);
    return undefined;
  } catch (thrown) {
    const mayPass = isConnectionFailure(thrown) || SCHEMA_ERRORS.includes(codeOf(thrown));
    if (kept === undefined || !mayPass) throw thrown;
    return thrown;
  }
}

async function startParts(parts: ServerParts, closers: Closers): Promise<Omit<RunningServer, "stop">> {
  const { config, clock, random, logger } = parts;
  const metrics = createMetrics(parts.version);
  const tls = syncPortTls(config, { ...parts, metrics: metrics.tls("sync") });
  const managementTls =
    parts.managementHost === undefined
      ? managementPortTls(config, { ...parts, metrics: metrics.tls("management") })
      : undefined;
  const staleness = new Staleness(clock);
  const kept = await openKeptState(parts, metrics);
  closers.add(async () => await kept?.close());
  const watch = new DatabaseWatch({ config, clock, random, logger, metrics, staleness });
  closers.add(() => watch.close());
  const { database } = watch;
  const outage = await checkDatabase(database, kept);

  const flow = new ChangeFlow({ clock, logger, metrics, traces: parts.traces });
  const board = new Board({ onOffered: (revision) => flow.offered(revision) });
  const databaseTime = new DatabaseTime(clock);
  const certificates = new CertificateEnvironments(pairsOf(config.tlsClientEnvironments));
  const verifier = new MasterKeyVerifier();
  const keyRing = new KeyRing(() => databaseTime.nowMs(), verifier, certificates);
  const gate = new FailureGate({
    burst: config.failureBurst,
    perMinute: config.failuresPerMinute,
    nowMs: () => clock.monotonicMs(),
    onSlowed: (reason) => metrics.slowed(reason),
  });
  const schema = new SchemaWatch({ database, clock, logger, metrics, staleness });
  const serving = new ServingState();
  const readiness = (): Readiness => ({
    ...pipeline.documents.readiness(),
    ...serving.notReady(),
    stale: staleness.summary(),
    schema: schema.summary(),
  });
  const { version } = parts;
  const status = new ServerStatus({ version, clock, databaseTime, board, staleness, readiness, log: logger });
  closers.add(async () => status.stop());
  const pipeline = new Pipeline({
    database,
    schema,
    board,
    keyRing,
    staleness,
    clock,
    databaseTime,
    random,
    logger,
    metrics,
    timing: {
      settleMs: config.settleMs,
      settleMaxMs: config.settleMaxMs,
      reconcileMs: config.reconcileSeconds * 1_000,
    },
    flow,
    concurrency: config.databasePool,
    sizes: config,
    onSeen: (revision, readAtMs) => kept?.seen(revision, readAtMs),
    onDirectory: (directory) => kept?.directoryRead(directory),
    onPublished: (revision, before) => {
      flow.published(revision, before);
      status.published(revision, before);
    },
    onAccounted: (environmentId, account, heardMs) => {
      flow.accounted(environmentId, account, heardMs);
      status.account(environmentId, account);
    },
    caughtUp: () => watch.caughtUp(),
  });
  closers.add(async () => {
    await Promise.all([pipeline.stop(), watch.close()]);
  });

  status.watch(pipeline);
  metrics.figuresFrom(() => ({
    ready: readiness().ready,
    staleness: staleness.figures(),
    scheduledAtMs: pipeline.upcoming().map(({ dueAtMs }) => dueAtMs),
    warnings: board.revisions().flatMap(({ findings }) => findings.warnings.map(({ reason }) => reason)),
  }));
  const managementHost = parts.managementHost ?? config.managementHost;
  const management = createPort({
    clock,
    log: logger,
    tls: managementTls,
    maxConnections: MANAGEMENT_CONNECTIONS,
    request: createManagementRoutes({
      readiness,
      metrics,
      status: createStatusRoutes({
        source: status,
        host: managementHost,
        token: config.statusToken,
        encrypted: managementTls !== undefined,
        attempts: statusAttempts(config, clock, () => metrics.slowed("status_token")),
        observer: {
          watching: (count) => metrics.statusWatchers(count),
          denied: (reason) => metrics.statusDenied(reason),
        },
        clock,
        log: logger,
      }),
      log: logger,
    }),
  });
  const managementAddress = await management.listen(managementHost, config.managementPort);
  closers.add(() => management.close(0));

  await watch.start(pipeline, (thrown) => kept !== undefined && isConnectionFailure(thrown));
  await pipeline.start();
  if (!pipeline.documents.readiness().ready) await kept?.fill({ pipeline, databaseTime, staleness });
  if (outage !== undefined && pipeline.directory() === undefined) throw outage;

  const sync = createSyncPort({
    admin: createAdmin(database, logger, { gate, verifier }),
    board,
    keyRing,
    documents: pipeline.documents,
    serving,
    staleness,
    config,
    clock,
    random,
    logger,
    metrics,
    followers: flow.around(status.followers),
    gate,
    tls,
  });
  const syncAddress = await sync.listen(config.host, config.syncPort);
  closers.add(() => sync.stop());
  serving.set(true);
  return { syncPort: syncAddress.port, managementPort: managementAddress.port };
}

/**
 * Starts in the order in which things need one another: database, LISTEN, first reading of every environment, then
 * the sync port, so that the first stream is answered from memory (design decision 5). What cannot be read is taken
 * from STATE_DIR (docs/decisions/0009-state-on-disk.md), and read as soon as it can be.
 *
 * @throws FlagsmithFlagdError DATABASE_UNREACHABLE, DATABASE_UNSUPPORTED, SCHEMA_*, PORT_IN_USE; nothing stays open.
 */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const closers = new Closers();
  try {
    const running = await startParts(parts, closers);
    return { ...running, stop: () => closers.closeAll() };
  } catch (thrown) {
    await closers.closeAll().catch(() => undefined);
    throw asDatabaseError(thrown);
  }
}
