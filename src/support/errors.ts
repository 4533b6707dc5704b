/**
 * Every code that the project's own error may carry. The comment says what the operator should do.
 * The catalogue in docs/errors.md is tested against this table.
 */
export const ERROR_ADVICE = {
  CONFIG_INVALID: "Correct what is named; `--help` of the command lists its options.",
  DATABASE_UNREACHABLE: "Check DATABASE_URL, and that Postgres runs and admits this host and role.",
  DATABASE_UNSUPPORTED: "Point DATABASE_URL at the database of Flagsmith 2.140.0 or later.",
  SCHEMA_MISSING: "Run `flagsmith-flagd migrate up` as a role that owns Flagsmith's tables.",
  SCHEMA_NEWER: "This database was set up by a newer flagsmith-flagd: upgrade this one.",
  SCHEMA_ALTERED: "An applied migration differs from this release's: run `flagsmith-flagd migrate status`.",
  PORT_IN_USE:
    "Another process holds the port (a local flagd holds 8013 to 8016): stop it or choose another port.",
  PROJECT_UNKNOWN: "List the projects with `flagsmith-flagd project list`.",
  KEY_UNKNOWN: "Use a server-side key (it begins with `ser.`) of an environment in this database.",
  DEMO_UNAVAILABLE: "Start the demo first with `npm start`, or name the database with DATABASE_URL.",
  SERVER_UNREACHABLE: "Check the address, and that `flagsmith-flagd start` runs there.",
} as const;

/** See {@link ERROR_ADVICE}. */
export type ErrorCode = keyof typeof ERROR_ADVICE;

/** The one error class of the project: thrown only at the edges, printed as one line with its advice. */
export class FlagsmithFlagdError extends Error {
  override readonly name = "FlagsmithFlagdError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** What the operator should do. */
  get advice(): string {
    return ERROR_ADVICE[this.code];
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === "") {
    return thrown.errors.map(messageOf).join("; ");
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a system or Postgres error, if what was thrown has one. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
