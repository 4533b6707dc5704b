import type { Command } from "commander";
import { startServer } from "../app/start-server.ts";
import { isWorker, leaveWorkers, reportServing, runWorkers, waitForStop } from "../app/workers.ts";
import type { Config } from "../config/options.ts";
import { OPTIONS } from "../config/options.ts";
import { createLogger } from "../observe/logger.ts";
import { systemClock } from "../support/clock.ts";
import { FlagsmithFlagdError } from "../support/errors.ts";
import { type CommandContext, configOf, type Flags, run, withOptions } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { waitForSignal } from "./wait-for-signal.ts";

const MOST_WORKERS = 64;

/** How many processes serve; one if nothing is said. */
function workersOf(context: CommandContext): number {
  const text = context.env.WORKERS || "1";
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_WORKERS) return count;
  throw new FlagsmithFlagdError("CONFIG_INVALID", `WORKERS: must be 1 to ${MOST_WORKERS}`);
}

async function serve(context: CommandContext, config: Config, stopped: Promise<unknown>): Promise<number> {
  const logger = createLogger(config.logLevel);
  const server = await startServer({
    config,
    clock: systemClock,
    random: Math.random,
    logger,
    version: context.version,
  });
  const { syncPort, managementPort } = server;
  logger.info({ syncPort, managementPort, host: config.host, pid: process.pid }, "serving");
  if (isWorker()) reportServing(managementPort);
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
      const count = workersOf(context);
      const stopped = waitForSignal();
      if (count === 1) return serve(context, config, stopped);
      return runWorkers({
        ...config,
        count,
        clock: systemClock,
        random: Math.random,
        logger: createLogger(config.logLevel),
        stopped,
      });
    }),
  );
}
