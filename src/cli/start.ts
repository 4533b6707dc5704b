import type { Command } from "commander";
import { startServer } from "../app/start-server.ts";
import { OPTIONS } from "../config/options.ts";
import { createLogger } from "../observe/logger.ts";
import { systemClock } from "../support/clock.ts";
import { type CommandContext, configOf, type Flags, run, withOptions } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { waitForSignal } from "./wait-for-signal.ts";

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
    run(context, async () => {
      const config = configOf(context, flags);
      const logger = createLogger(config.logLevel);
      const stopped = waitForSignal();
      const server = await startServer({
        config,
        clock: systemClock,
        random: Math.random,
        logger,
        version: context.version,
      });
      logger.info(
        { syncPort: server.syncPort, managementPort: server.managementPort, host: config.host },
        "serving",
      );
      logger.info({ signal: await stopped }, "stopping");
      await server.stop();
      logger.info({}, "stopped");
      return EXIT.ok;
    }),
  );
}
