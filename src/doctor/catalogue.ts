/** doctor: proves the chain from Flagsmith's rows to a client's stream on the user's own set-up, changing nothing. */

/** How bad a finding is: a `note` is no fault, a `warning` should be looked at, an `error` keeps flags from arriving. */
export type Severity = "ok" | "note" | "warning" | "error";

/** What a code of a finding means and what to do about it; docs/doctor.md is made from this. */
export interface FindingKind {
  readonly severity: Severity;
  readonly meaning: string;
  /** Nothing to do where all is well. */
  readonly advice?: string;
}

/** Every finding that there can be, in the order of the checks. */
export const FINDINGS = {
  DATABASE_CONNECTED: { severity: "ok", meaning: "The database of `DATABASE_URL` answers." },
  DATABASE_UNREACHABLE: {
    severity: "error",
    meaning: "The database of `DATABASE_URL` does not answer, or does not admit this role.",
    advice:
      "Check `DATABASE_URL`, that Postgres runs, and that it admits this host and role. All that needs the database was left out.",
  },
  DATABASE_STANDBY: {
    severity: "warning",
    meaning:
      "`DATABASE_URL` leads to a standby: it can be read, with a delay, but nothing can be recorded there.",
    advice: "Name the primary in `DATABASE_URL`.",
  },
  POSTGRES_VERSION: { severity: "ok", meaning: "A Postgres that this release works with." },
  POSTGRES_OLD: {
    severity: "warning",
    meaning: "A Postgres that its makers no longer maintain, and on which this release is not tested.",
    advice: "Upgrade Postgres.",
  },
  CLOCK_AGREES: { severity: "ok", meaning: "The clocks of this host and of the database agree." },
  CLOCK_APART: {
    severity: "warning",
    meaning:
      "The clocks of this host and of the database differ. Scheduled changes and expiries go by the database's clock; logs and latencies measured here will mislead.",
    advice: "Let both hosts follow NTP.",
  },
  LISTEN_CONNECTED: {
    severity: "ok",
    meaning: "LISTEN is accepted on the connection that hears of changes.",
  },
  LISTEN_UNREACHABLE: {
    severity: "error",
    meaning: "The connection that hears of changes cannot be opened.",
    advice: "Check `LISTEN_DATABASE_URL` (without it, `DATABASE_URL`).",
  },
  LISTEN_STANDBY: {
    severity: "error",
    meaning:
      "The connection that hears of changes leads to a standby, on which nobody can listen: the server would poll.",
    advice: "Name the primary in `LISTEN_DATABASE_URL`.",
  },
  NOTIFY_ARRIVES: {
    severity: "ok",
    meaning: "A notification that was sent where rows are read arrived where it is listened for.",
  },
  NOTIFY_LOST: {
    severity: "error",
    meaning:
      "LISTEN is accepted but nothing arrives: a pooler that lends connections per transaction lies between, or the two addresses lead to different databases. The server would poll.",
    advice:
      "Set `LISTEN_DATABASE_URL` to the same database without the pooler between, or to a pooler in session mode.",
  },
  NOTIFY_UNSENT: {
    severity: "warning",
    meaning:
      "Whether notifications arrive could not be tried, since none can be sent where rows are read: a standby, or a right on pg_notify that was taken away.",
    advice: "Nothing, if rows are read from a standby on purpose; else name the primary in `DATABASE_URL`.",
  },
  FLAGSMITH_FITS: { severity: "ok", meaning: "Flagsmith's tables are as this release reads them." },
  FLAGSMITH_UNFIT: {
    severity: "error",
    meaning: "Flagsmith's tables are not there, or not as this release reads them.",
    advice:
      "Point `DATABASE_URL` at the database of Flagsmith 2.140.0 or later; with a newer Flagsmith, upgrade flagsmith-flagd.",
  },
  RIGHTS_ENOUGH: { severity: "ok", meaning: "The role may do all that serving needs." },
  RIGHT_MISSING: {
    severity: "error",
    meaning: "The role may not do something without which nothing, or not everything, can be served.",
    advice: "Run `flagsmith-flagd migrate up --role NAME` as the owner of Flagsmith's tables.",
  },
  RIGHT_MISSING_VERSIONS: {
    severity: "warning",
    meaning:
      "The role may not record revisions: versions are taken from the rows and may differ between replicas.",
    advice: "Run `flagsmith-flagd migrate up --role NAME` as the owner of Flagsmith's tables.",
  },
  RIGHT_MISSING_SETTINGS: {
    severity: "note",
    meaning:
      "The role may not change which projects are served: neither the admin REST nor `project enable` work under it.",
    advice:
      "Nothing, if projects are switched by another role; else `flagsmith-flagd migrate up --role NAME`.",
  },
  RIGHT_MISSING_ADMIN: {
    severity: "note",
    meaning:
      "The role may not read who is an administrator: the admin REST and organisations' master keys do not work under it.",
    advice: "Nothing, if they are not used; else `flagsmith-flagd migrate up --role NAME --with-admin`.",
  },
  RIGHT_TOO_MUCH: {
    severity: "warning",
    meaning: "The role may do more than a server needs: whoever gets hold of its password may too.",
    advice: "Give the server a role of its own: docs/database-roles.md.",
  },
  SET_UP_WHOLE: {
    severity: "ok",
    meaning: "The schema flagd_sync and all triggers are as this release makes them.",
  },
  SET_UP_MISSING: {
    severity: "error",
    meaning: "The database was never set up, or the schema flagd_sync is gone.",
    advice:
      "Run `flagsmith-flagd migrate up` as the owner of Flagsmith's tables, then `flagsmith-flagd project enable <id>`.",
  },
  SET_UP_BEHIND: {
    severity: "error",
    meaning: "The database was set up by an older release.",
    advice: "Run `flagsmith-flagd migrate up` as the owner of Flagsmith's tables.",
  },
  SET_UP_FOREIGN: {
    severity: "error",
    meaning: "Steps of the set-up are not this release's: a newer one made them, or they were altered.",
    advice: "Upgrade flagsmith-flagd, or look at `flagsmith-flagd migrate status`.",
  },
  SET_UP_DAMAGED: {
    severity: "error",
    meaning:
      "A table, function or trigger of ours is missing, disabled or altered: changes may be found only by polling.",
    advice: "Run `flagsmith-flagd migrate up` as the owner of Flagsmith's tables.",
  },
  QUEUE_FILLING: {
    severity: "warning",
    meaning:
      "Postgres' queue of notifications is more than half full, behind some connection that listens and sleeps in a transaction. Our triggers are silent until it empties.",
    advice: "End that transaction: `SELECT * FROM pg_stat_activity WHERE state = 'idle in transaction'`.",
  },
  PROJECT_ENABLED: { severity: "ok", meaning: "Environments are served." },
  NOTHING_ENABLED: {
    severity: "error",
    meaning: "No project is enabled, so nothing is served.",
    advice: "Run `flagsmith-flagd project list`, then `flagsmith-flagd project enable <id>`.",
  },
  ORGANISATION_STOPPED: {
    severity: "warning",
    meaning: "Flagsmith has stopped serving the flags of this organisation, and so do we.",
    advice: "Settle the organisation's subscription in Flagsmith.",
  },
  EDGE_PROJECT: {
    severity: "warning",
    meaning:
      "An enabled project keeps its identities in DynamoDB (Edge), which cannot be read here: it is not served.",
    advice: "Disable the project, or use one without Edge.",
  },
  ENVIRONMENT_CLONING: {
    severity: "note",
    meaning:
      "Flagsmith is still filling this clone; it is served when that is done, after 15 minutes in any case.",
    advice: "Nothing.",
  },
  KEY_VALID: { severity: "ok", meaning: "A client can come in with a server-side key." },
  KEY_EXPIRES: {
    severity: "warning",
    meaning: "The last valid key of this environment expires within 14 days; its streams end in that second.",
    advice:
      "Make a new server-side key in Flagsmith (Environment settings, SDK keys) and give it to the clients.",
  },
  KEY_NONE: {
    severity: "warning",
    meaning: "No server-side key of this environment is active: no client can come in with one.",
    advice: "Make a server-side key in Flagsmith (Environment settings, SDK keys).",
  },
  DOCUMENT_FITS: { severity: "ok", meaning: "The document can be built, and clients take its size." },
  DOCUMENT_LARGE: {
    severity: "warning",
    meaning: "The document is above 75 % of what clients take.",
    advice: "Make the largest parts smaller, or raise `MAX_DOCUMENT_BYTES` if every client takes more.",
  },
  DOCUMENT_TOO_LARGE: {
    severity: "error",
    meaning: "The document is larger than clients take: it is held back, and the last one that fitted stays.",
    advice: "Make the largest parts smaller, or raise `MAX_DOCUMENT_BYTES` if every client takes more.",
  },
  DOCUMENT_WARNED: {
    severity: "warning",
    meaning:
      "Some flags may be answered otherwise than Flagsmith would, always for fewer people and never for more.",
    advice: "See `flagsmith-flagd diagnose --environment-key …`, and docs/translation.md for each reason.",
  },
  DOCUMENT_FAILED: {
    severity: "error",
    meaning: "The document could not be built.",
    advice: "See the message; if it names no fault in the database, please report it.",
  },
  STATE_DIR_UNSET: {
    severity: "note",
    meaning: "Nothing is kept on disk: a start while the database is away has nothing to serve.",
    advice: "Set `STATE_DIR` to a folder that outlives the process, if such a start must succeed.",
  },
  STATE_DIR_USABLE: { severity: "ok", meaning: "Documents can be kept in `STATE_DIR`." },
  STATE_DIR_UNSAFE: {
    severity: "error",
    meaning: "`STATE_DIR` is not this user's alone, and `start` refuses it.",
    advice: "`chmod 0700` and `chown` the folder, or name one below it that the server can make.",
  },
  STATE_DIR_UNWRITABLE: {
    severity: "error",
    meaning: "`STATE_DIR` cannot be written by this user.",
    advice:
      "Let this user write there, or name another folder. Run `doctor` as the user that the server runs as.",
  },
  SERVER_NOT_ASKED: {
    severity: "note",
    meaning: "No running server was asked.",
    advice: "Add `--server HOST:PORT --environment-key ser.…` to open a stream as a client does.",
  },
  STREAM_OPENED: {
    severity: "ok",
    meaning: "A SyncFlags stream was opened as a client does, and brought the document of the database.",
  },
  STREAM_DIFFERS: {
    severity: "warning",
    meaning: "The stream brought another document than the database holds now.",
    advice:
      "Run it again: a change may have been under way. If it stays so, the server reads another database, is stale (`/readyz`), or is of another release.",
  },
  STREAM_REFUSED: {
    severity: "error",
    meaning: "The server is there and refuses this key.",
    advice:
      "See the message; use a server-side key (`ser.…`) of an enabled project in the server's database.",
  },
  STREAM_UNREACHABLE: {
    severity: "error",
    meaning:
      "No stream could be opened: nothing listens there, or what lies between does not let HTTP/2 pass.",
    advice:
      "Check the address, that `flagsmith-flagd start` runs there, and that a proxy between speaks HTTP/2 (gRPC) to it.",
  },
  STREAM_SILENT: {
    severity: "error",
    meaning: "A stream was opened but brought nothing in time: providers give up after a second.",
    advice: "Look at the server's `/readyz` and log; a proxy between may hold answers back.",
  },
  TLS_FAILED: {
    severity: "error",
    meaning:
      "The port is there, but no TLS came about: one side speaks it and the other does not, or one does not take the other's certificate.",
    advice:
      "Where the port speaks TLS add `--tls` (`--management-tls`), `--tls-ca` for an authority of your own, `--tls-cert` and `--tls-key` where it wants a client certificate, `--tls-server-name` where the address is not in its certificate; else leave them out.",
  },
  MANAGEMENT_READY: { severity: "ok", meaning: "The management port says that the server is ready." },
  MANAGEMENT_STALE: {
    severity: "warning",
    meaning: "The server is ready, but what it serves may no longer be true.",
    advice: "See the reason; the server says in its log what to do.",
  },
  MANAGEMENT_NOT_READY: {
    severity: "error",
    meaning: "The server says that it is not ready.",
    advice: "See what it waits for, and its log.",
  },
  MANAGEMENT_UNREACHABLE: {
    severity: "error",
    meaning: "The management port does not answer.",
    advice: "Check the address; the port may be bound to the server's loopback only.",
  },
  CHECK_FAILED: {
    severity: "error",
    meaning: "A check itself failed.",
    advice: "See the message; if it names no fault of the set-up, please report it.",
  },
} as const satisfies Readonly<Record<string, FindingKind>>;

/** See {@link FINDINGS}. */
export type FindingCode = keyof typeof FINDINGS;
