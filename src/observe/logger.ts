/** observe: logs and metrics. The only room that names pino and prom-client. */
import { pino } from "pino";
import { LogDestination } from "./log-destination.ts";

/** What the other rooms need of a logger; pino's order of arguments. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The logger of a process. */
export interface ProcessLogger extends Logger {
  /** The process is about to end because of it. */
  fatal(fields: object, message: string): void;
  /** Resolves when every line was written; never, if nobody takes them. */
  flushed(): Promise<void>;
}

/** Levels that `LOG_LEVEL` may name. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** See {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

const STANDARD_ERROR = 2;

/** One JSON object per line on standard error: standard output is for what a command answers. */
export function createLogger(level: LogLevel): ProcessLogger {
  const destination = new LogDestination(STANDARD_ERROR);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ["key", "*.key", "authorization", "*.authorization", "connectionString"],
        censor: "…",
      },
    },
    destination,
  );
  return Object.assign(logger, { flushed: () => destination.flushed() });
}
