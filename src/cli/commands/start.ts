import type { Command } from "commander";
import { startServer } from "../../app/start-server.ts";
import { isWorker, leaveWorkers, reportServing, runWorkers, waitForStop } from "../../app/workers/workers.ts";
import type { Config } from "../../config/options.ts";
import { OPTIONS } from "../../config/options.ts";
import type { Logger } from "../../observe/logger.ts";
import { openTraces } from "../../observe/traces.ts";
import { systemClock } from "../../support/clock.ts";
import { type CommandContext, configOf, type Flags, run, withOptions } from "../command.ts";
import { endOnUncaught } from "../terminal/end-on-uncaught.ts";
import { EXIT } from "../terminal/exit-codes.ts";
import { switchLogLevelOnSignal } from "../terminal/log-level-signal.ts";
import { createProcessLogger } from "../terminal/process-logger.ts";
import { waitForSignal } from "../terminal/wait-for-signal.ts";

/** Workers answer for themselves only where the first process can ask them. */
const WORKER_MANAGEMENT_HOST = "127.0.0.1";

/** What serving needs besides the command line. */
interface Serving {
  readonly config: Config;
  readonly logger: Logger;
  readonly stopped: Promise<unknown>;
}

async function serve(context: CommandContext, { config, logger, stopped }: Serving): Promise<number> {
  const traces = await openTraces({ env: context.env, version: context.version, logger });
  const server = await startServer({
    config,
    clock: systemClock,
    random: Math.random,
    logger,
    version: context.version,
    traces,
    ...(isWorker() ? { managementHost: WORKER_MANAGEMENT_HOST } : {}),
  });
  const { syncPort, managementPort } = server;
  logger.info({ syncPort, managementPort, host: config.host, pid: process.pid }, "serving");
  if (isWorker()) reportServing({ host: WORKER_MANAGEMENT_HOST, port: managementPort });
  logger.info({ signal: await stopped }, "stopping");
  await server.stop();
  await traces?.close();
  logger.info({}, "stopped");
  return EXIT.ok;
}

async function serveAsWorker(context: CommandContext, config: Config, logger: Logger): Promise<number> {
  try {
    // The port that was named is the first process's, which answers there for all.
    return await serve(context, { config: { ...config, managementPort: 0 }, logger, stopped: waitForStop() });
  } finally {
    leaveWorkers();
  }
}

/** `start`: serves until it is told to stop. */
export function addStartCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("start")
    .description("serve the environments of a Flagsmith database to flagd")
    .addHelpText(
      "after",
      "\nExample:\n  DATABASE_URL=postgres://user:secret@db/flagsmith flagsmith-flagd start\n",
    );
  withOptions(
    command,
    Object.keys(OPTIONS).filter((name): name is keyof typeof OPTIONS => name in OPTIONS),
  );
  command.action((flags: Flags) =>
    run(context, () => {
      const config = configOf(context, flags);
      const logger = createProcessLogger(config);
      endOnUncaught(logger);
      switchLogLevelOnSignal(logger);
      if (isWorker()) return serveAsWorker(context, config, logger);
      const stopped = waitForSignal();
      if (config.workers === 1) return serve(context, { config, logger, stopped });
      return runWorkers({
        ...config,
        count: config.workers,
        clock: systemClock,
        random: Math.random,
        logger,
        stopped,
      });
    }),
  );
}
