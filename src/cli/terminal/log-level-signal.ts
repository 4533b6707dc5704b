import { isWorker } from "../../app/workers/workers.ts";
import { followLogLevel, workersLogLevel } from "../../app/workers/workers-log-level.ts";
import type { ProcessLogger } from "../../observe/logger.ts";

/** Where the options say `debug` already, the signal switches it off. */
const INSTEAD_OF_DEBUG = "info";

/** Says so in both directions: while the level is the more talkative of the two. */
function setLevel(logger: ProcessLogger, level: string): void {
  const say = (): void => logger.info({ level }, "the log level was switched");
  if (level === "debug") {
    logger.level = level;
    say();
  } else {
    say();
    logger.level = level;
  }
}

/**
 * SIGUSR2 switches between level debug and the one that the options name, in this process and in all of its workers. A
 * signal, not a route: it needs no port, no token, and works while nothing answers.
 */
export function switchLogLevelOnSignal(logger: ProcessLogger): void {
  const configured = logger.level;
  const other = configured === "debug" ? INSTEAD_OF_DEBUG : "debug";
  const tellWorkers = isWorker() ? () => undefined : workersLogLevel();
  process.on("SIGUSR2", () => {
    setLevel(logger, logger.level === configured ? other : configured);
    tellWorkers(logger.level);
  });
  if (!isWorker()) return;
  followLogLevel((level) => {
    if (level !== logger.level) setLevel(logger, level);
  });
}
