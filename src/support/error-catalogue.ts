/** What an operator needs to know of a failure. */
interface ErrorKind {
  /** What has happened, in general; a message says it of this case. */
  readonly meaning: string;
  /** What to do. */
  readonly advice: string;
}

/**
 * Every code that the project's own error may carry, on the command line and in logs. docs/errors.md is made from it:
 * `UPDATE_DOCS=1 npx vitest run test/unit/support`.
 */
export const ERRORS = {
  CONFIG_INVALID: {
    meaning: "An option or argument is missing or wrong; all faults are named at once.",
    advice: "Correct what is named; `--help` of the command lists its options.",
  },
  DATABASE_UNREACHABLE: {
    meaning: "Postgres does not answer, or does not admit us.",
    advice: "Check DATABASE_URL, and that Postgres runs and admits this host and role.",
  },
  DATABASE_STANDBY: {
    meaning:
      "This Postgres follows another: it can be read, but neither listened to nor written (logged; the server polls).",
    advice: "Name the primary in DATABASE_URL (or in LISTEN_DATABASE_URL), or promote this one.",
  },
  LISTENER_DEAF: {
    meaning:
      "LISTEN is accepted but nothing arrives: a pooler per transaction, or another database (logged; the server polls).",
    advice:
      "Set LISTEN_DATABASE_URL to the same database without the pooler between (or to a pooler in session mode).",
  },
  DATABASE_UNSUPPORTED: {
    meaning: "The database holds no Flagsmith, or one older than 2.140.0.",
    advice: "Point DATABASE_URL at the database of Flagsmith 2.140.0 or later.",
  },
  RIGHTS_MISSING: {
    meaning: "The role may not do what the server needs, or `migrate up` what it must.",
    advice:
      "Run `flagsmith-flagd doctor` to see which rights are missing, and `flagsmith-flagd migrate up --role NAME` as the owner of Flagsmith's tables to give them.",
  },
  ROLE_UNUSABLE: {
    meaning: "The role of `migrate up --role` does not exist, or owns what it would be given.",
    advice:
      "Name a role of its own for the server, which exists (`CREATE ROLE name LOGIN PASSWORD '…'`) and owns nothing of Flagsmith's.",
  },
  SCHEMA_MISSING: {
    meaning: "The schema `flagd_sync` is absent or behind this release.",
    advice: "Run `flagsmith-flagd migrate up` as a role that owns Flagsmith's tables.",
  },
  SCHEMA_NEWER: {
    meaning: "The schema was set up by a newer release.",
    advice: "This database was set up by a newer flagsmith-flagd: upgrade this one.",
  },
  SCHEMA_ALTERED: {
    meaning: "An applied step differs from this release's text.",
    advice: "An applied migration differs from this release's: run `flagsmith-flagd migrate status`.",
  },
  TABLE_BUSY: {
    meaning: "A transaction held one of Flagsmith's tables for longer than `migrate` waits.",
    advice:
      "End that transaction (`SELECT * FROM pg_stat_activity WHERE state = 'idle in transaction'`), or try again later.",
  },
  PORT_IN_USE: {
    meaning: "Another process holds the port, or this user may not bind it.",
    advice:
      "Another process holds the port (a local flagd holds 8013 to 8016): stop it or choose another port.",
  },
  PROJECT_UNKNOWN: {
    meaning: "There is no such live project.",
    advice: "List the projects with `flagsmith-flagd project list`.",
  },
  KEY_UNKNOWN: {
    meaning: "No live environment of this database has the key.",
    advice: "Use a server-side key (it begins with `ser.`) of an environment in this database.",
  },
  BOOTSTRAP_UNSUPPORTED: {
    meaning: "This Flagsmith has a table or column that `bootstrap` does not know; nothing was written.",
    advice:
      "Make organisation, project, environment and key in Flagsmith's UI, and report this release of Flagsmith.",
  },
  DEMO_UNAVAILABLE: {
    meaning: "No demo runs, or its Postgres does not run here.",
    advice: "Start the demo first with `npm start`, or name the database with DATABASE_URL.",
  },
  STATE_UNSAFE: {
    meaning:
      "`STATE_DIR` is not this user's alone, and `start` ends; or a file in it is not, and is moved aside (logged).",
    advice: "Give the file or folder to the user of this process alone (chmod 0700 for the folder).",
  },
  STATE_CORRUPT: {
    meaning: "A file in `STATE_DIR` is cut off or altered; it is moved aside and never served (logged).",
    advice: "Nothing to do: it was moved aside and is written anew from the database.",
  },
  STATE_FOREIGN: {
    meaning: "A file in `STATE_DIR` came from another database; it is moved aside and never served (logged).",
    advice: "Give every installation a STATE_DIR of its own.",
  },
  STATE_NEWER: {
    meaning: "A newer release wrote a file in `STATE_DIR`; it is moved aside and never served (logged).",
    advice: "A newer flagsmith-flagd wrote this file: upgrade this one, or use another STATE_DIR.",
  },
  STATE_UNWRITABLE: {
    meaning: "`STATE_DIR` cannot be written or read; serving goes on, keeping is tried again (logged once).",
    advice: "Check that STATE_DIR can be written and has room; serving goes on without it.",
  },
  UNEXPECTED: {
    meaning: "Something was thrown that nobody caught; the process ends with exit code 1 (logged).",
    advice: "This is a defect: please report it with the stack and the log lines before it.",
  },
  SERVER_UNREACHABLE: {
    meaning: "The server refused `watch` for good, or does not answer `health` as one does.",
    advice: "Check the address, and that `flagsmith-flagd start` runs there.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** See {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;
