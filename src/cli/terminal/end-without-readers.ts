import { codeOf } from "../../support/errors.ts";
import { EXIT } from "./exit-codes.ts";

/**
 * Ends quietly when nobody reads standard output any more, as after `… | head -1`: what was asked for has been read. A
 * command that serves or follows ends in its good order, as if it got SIGTERM.
 */
export function endWithoutReaders(): void {
  process.stdout.on("error", (error) => {
    if (codeOf(error) !== "EPIPE") throw error;
    if (process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
    else process.exit(EXIT.ok);
  });
}
