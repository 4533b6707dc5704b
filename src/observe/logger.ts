/** observe: logs and metrics. The only room that names pino and prom-client. */
import { pino } from "pino";

/** What the other rooms need of a logger; pino's order of arguments. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Levels that `LOG_LEVEL` may name. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** See {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One JSON object per line on standard error: standard output is for what a command answers. */
export function createLogger(level: LogLevel): Logger {
  return pino(
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
    pino.destination({ fd: 2, sync: false }),
  );
}
