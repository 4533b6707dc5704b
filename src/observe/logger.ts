/** observe: logs, metrics and traces. The only room that names pino, prom-client and OpenTelemetry. */
import { isatty } from "node:tty";
import { pino } from "pino";
import { LogDestination } from "./log-destination.ts";
import { prettyLine } from "./pretty-line.ts";

/** What the other rooms need of a logger; pino's order of arguments. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The logger of a process. */
export interface ProcessLogger extends Logger {
  /** From which level on lines are written; may be set at any time. */
  level: string;
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

/** How lines are written. */
export interface LogLook {
  /** `auto`: for people where standard error is a terminal, as JSON elsewhere. */
  readonly format: "auto" | "json" | "pretty";
  /** Whether people get colours. */
  readonly colours: boolean;
}

/** One JSON object per line on standard error, unless people read it: standard output is for what a command answers. */
export function createLogger(level: LogLevel, { format, colours }: LogLook): ProcessLogger {
  const destination = new LogDestination(STANDARD_ERROR);
  const pretty = format === "pretty" || (format === "auto" && isatty(STANDARD_ERROR));
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
    pretty ? { write: (line: string) => destination.write(prettyLine(line, colours)) } : destination,
  );
  return Object.assign(logger, { flushed: () => destination.flushed() });
}
