/**
 * Every code that the project's own error may carry. The comment says what the operator should do.
 * The catalogue in docs/errors.md is tested against this table.
 */
export const ERROR_ADVICE = {
  CONFIG_INVALID: "Correct what is named; `--help` of the command lists its options.",
  DATABASE_UNREACHABLE: "Check DATABASE_URL, and that Postgres runs and admits this host and role.",
  DATABASE_STANDBY: "Name the primary in DATABASE_URL (or in LISTEN_DATABASE_URL), or promote this one.",
  LISTENER_DEAF:
    "Set LISTEN_DATABASE_URL to the same database without the pooler between (or to a pooler in session mode).",
  DATABASE_UNSUPPORTED: "Point DATABASE_URL at the database of Flagsmith 2.140.0 or later.",
  RIGHTS_MISSING:
    "Run `flagsmith-flagd doctor` to see which rights are missing, and `flagsmith-flagd migrate up --role NAME` as the owner of Flagsmith's tables to give them.",
  ROLE_UNUSABLE:
    "Name a role of its own for the server, which exists (`CREATE ROLE name LOGIN PASSWORD '…'`) and owns nothing of Flagsmith's.",
  SCHEMA_MISSING: "Run `flagsmith-flagd migrate up` as a role that owns Flagsmith's tables.",
  SCHEMA_NEWER: "This database was set up by a newer flagsmith-flagd: upgrade this one.",
  SCHEMA_ALTERED: "An applied migration differs from this release's: run `flagsmith-flagd migrate status`.",
  TABLE_BUSY:
    "End that transaction (`SELECT * FROM pg_stat_activity WHERE state = 'idle in transaction'`), or try again later.",
  PORT_IN_USE:
    "Another process holds the port (a local flagd holds 8013 to 8016): stop it or choose another port.",
  PROJECT_UNKNOWN: "List the projects with `flagsmith-flagd project list`.",
  KEY_UNKNOWN: "Use a server-side key (it begins with `ser.`) of an environment in this database.",
  BOOTSTRAP_UNSUPPORTED:
    "Make organisation, project, environment and key in Flagsmith's UI, and report this release of Flagsmith.",
  DEMO_UNAVAILABLE: "Start the demo first with `npm start`, or name the database with DATABASE_URL.",
  STATE_UNSAFE: "Give the file or folder to the user of this process alone (chmod 0700 for the folder).",
  STATE_CORRUPT: "Nothing to do: it was moved aside and is written anew from the database.",
  STATE_FOREIGN: "Give every installation a STATE_DIR of its own.",
  STATE_NEWER: "A newer flagsmith-flagd wrote this file: upgrade this one, or use another STATE_DIR.",
  STATE_UNWRITABLE: "Check that STATE_DIR can be written and has room; serving goes on without it.",
  UNEXPECTED: "This is a defect: please report it with the stack and the log lines before it.",
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
