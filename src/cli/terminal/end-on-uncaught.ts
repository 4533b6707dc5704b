import type { ProcessLogger } from "../../observe/logger.ts";
import { ERRORS } from "../../support/error-catalogue.ts";
import { messageOf } from "../../support/errors.ts";
import { EXIT } from "./exit-codes.ts";

/** The log gets so long to be taken; then the process ends without. */
const LOG_AT_MOST_MS = 1_000;

/**
 * Ends this process when something is thrown that nobody caught: what it holds then can no longer be relied on, and
 * what starts it anew (a supervisor, or the first process of several) does better. Says why, with the stack.
 */
export function endOnUncaught(logger: ProcessLogger): void {
  let ending = false;
  const end = (origin: string, thrown: unknown): void => {
    if (ending) return;
    ending = true;
    // The signal ends the process even where the log blocks it; exiting would wait for what is being written.
    setTimeout(() => process.kill(process.pid, "SIGKILL"), LOG_AT_MOST_MS);
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    logger.fatal(
      { code: "UNEXPECTED", origin, error: messageOf(thrown), stack, advice: ERRORS.UNEXPECTED.advice },
      "something was thrown that nobody caught; the process ends",
    );
    void logger.flushed().then(() => process.exit(EXIT.failed));
  };
  process.on("uncaughtException", (thrown, origin) => end(origin, thrown));
  process.on("unhandledRejection", (reason) => end("unhandledRejection", reason));
}
