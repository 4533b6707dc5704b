import type { Command } from "commander";
import { startServer } from "../app/start-server.ts";
import { isWorker, leaveWorkers, reportServing, runWorkers, waitForStop } from "../app/workers.ts";
import type { Config } from "../config/options.ts";
import { OPTIONS } from "../config/options.ts";
import { createLogger } from "../observe/logger.ts";
import { systemClock } from "../support/clock.ts";
import { type CommandContext, configOf, type Flags, run, withOptions } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { waitForSignal } from "./wait-for-signal.ts";

/** Workers answer for themselves only where the first process can ask them. */
const WORKER_MANAGEMENT_HOST = "127.0.0.1";

async function serve(context: CommandContext, config: Config, stopped: Promise<unknown>): Promise<number> {
  const logger = createLogger(config.logLevel);
  const server = await startServer({
    config,
    clock: systemClock,
    random: Math.random,
    logger,
    version: context.version,
    ...(isWorker() ? { managementHost: WORKER_MANAGEMENT_HOST } : {}),
  });
  const { syncPort, managementPort } = server;
  logger.info({ syncPort, managementPort, host: config.host, pid: process.pid }, "serving");
  if (isWorker()) reportServing({ host: WORKER_MANAGEMENT_HOST, port: managementPort });
  logger.info({ signal: await stopped }, "stopping");
  await server.stop();
  logger.info({}, "stopped");
  return EXIT.ok;
}

async function serveAsWorker(context: CommandContext, config: Config): Promise<number> {
  try {
    // The port that was named is the first process's, which answers there for all.
    return await serve(context, { ...config, managementPort: 0 }, waitForStop());
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
      if (isWorker()) return serveAsWorker(context, config);
      const stopped = waitForSignal();
      if (config.workers === 1) return serve(context, config, stopped);
      return runWorkers({
        ...config,
        count: config.workers,
        clock: systemClock,
        random: Math.random,
        logger: createLogger(config.logLevel),
        stopped,
      });
    }),
  );
}
