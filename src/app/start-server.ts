import { KeyRing } from "../access/key-ring.ts";
import type { Config } from "../config/options.ts";
import type { Logger } from "../observe/logger.ts";
import { createMetrics, type Metrics } from "../observe/metrics.ts";
import { asDatabaseError, openDatabase } from "../postgres/database.ts";
import { probeFlagsmith } from "../postgres/flagsmith-columns.ts";
import { Listener } from "../postgres/listener.ts";
import { requireMigrated } from "../postgres/migrate.ts";
import { Board } from "../publish/board.ts";
import { DatabaseTime } from "../snapshot/database-time.ts";
import type { Clock } from "../support/clock.ts";
import { createManagementRoutes } from "../transports/management/routes.ts";
import { createPort } from "../transports/port/port.ts";
import { Closers } from "./closers.ts";
import { Pipeline } from "./pipeline.ts";
import { ServingState } from "./serving-state.ts";
import { createSyncPort } from "./sync-port.ts";

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
  /** Where the management port is bound if not on `config.host`: a worker answers its first process only. */
  readonly managementHost?: string;
}

/** A dead connection to the database is noticed after so long at the latest, even if no change comes. */
const LISTENER_PROBE_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;

function startListener(parts: ServerParts, pipeline: Pipeline, metrics: Metrics): Listener {
  const { config, clock, random, logger } = parts;
  let everLost = false;
  return new Listener({
    connectionString: config.listenDatabaseUrl ?? config.databaseUrl,
    clock,
    random,
    probeIntervalMs: LISTENER_PROBE_MS,
    events: {
      onNotice: (notice) => pipeline.onNotice(notice),
      onListening() {
        metrics.listening(true);
        if (everLost) {
          logger.info({}, "the database is back; reading everything that may have changed");
          pipeline.resync();
        }
      },
      onLost(error) {
        everLost = true;
        metrics.listening(false);
        logger.warn({ error: error.message }, "the database is away; serving what is known, trying again");
      },
    },
  });
}

async function startParts(parts: ServerParts, closers: Closers): Promise<Omit<RunningServer, "stop">> {
  const { config, clock, random, logger } = parts;
  const database = openDatabase({
    connectionString: config.databaseUrl,
    applicationName: "flagsmith-flagd",
    maxConnections: config.databasePool,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onIdleError: (error) => logger.debug({ error: error.message }, "an idle database connection broke"),
  });
  closers.add(() => database.close());
  const columns = await probeFlagsmith(database);
  await requireMigrated(database);

  const metrics = createMetrics(parts.version);
  const board = new Board();
  const databaseTime = new DatabaseTime(clock);
  const keyRing = new KeyRing(() => databaseTime.nowMs());
  const pipeline = new Pipeline({
    database,
    columns,
    board,
    keyRing,
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
    concurrency: config.databasePool,
    sizes: config,
  });
  closers.add(() => pipeline.stop());

  const management = createPort({
    clock,
    log: logger,
    request: createManagementRoutes({ readiness: () => pipeline.readiness(), metrics, log: logger }),
  });
  const managementAddress = await management.listen(
    parts.managementHost ?? config.host,
    config.managementPort,
  );
  closers.add(() => management.close(0));

  const listener = startListener(parts, pipeline, metrics);
  closers.add(() => listener.close());
  await listener.start();
  await pipeline.start();

  const serving = new ServingState();
  const { port, grpc } = createSyncPort({ board, keyRing, serving, config, clock, logger, metrics });
  const syncAddress = await port.listen(config.host, config.syncPort);
  closers.add(async () => {
    serving.set(false);
    grpc.drain();
    board.drain({ clock, overMs: config.shutdownGraceMs / 2 });
    await port.close(config.shutdownGraceMs);
  });
  serving.set(true);
  return { syncPort: syncAddress.port, managementPort: managementAddress.port };
}

/**
 * Starts in the order in which things need one another: database, LISTEN, first reading of every environment, then
 * the sync port, so that the first stream is answered from memory (design decision 5).
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
