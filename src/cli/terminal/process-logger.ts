import type { Config } from "../../config/options.ts";
import { createLogger, type ProcessLogger } from "../../observe/logger.ts";
import { wantsColours } from "./paint.ts";

/** The logger that the options ask for. */
export function createProcessLogger({ logLevel, logFormat }: Config): ProcessLogger {
  return createLogger(logLevel, {
    format: logFormat,
    colours: wantsColours(process.stderr, process.env),
  });
}
