import { codeOf, FlagsmithFlagdError, messageOf } from "../../support/errors.ts";

/**
 * What `pg` says without a code: no answer in time, or a connection that is of no more use. Nobody knows what became of
 * the statement.
 */
const NO_ANSWER = new RegExp(
  `^(${[
    "Query read timeout",
    "timeout exceeded when trying to connect",
    "timeout expired",
    "Connection terminated",
    "Client has encountered a connection error",
    "Client was closed",
    "Received unexpected \\w+ message",
  ].join("|")})`,
);

/**
 * SQLSTATEs of a database that is away or refuses us. Of class 53 only "too many connections": a full disk (53100) or
 * want of memory (53200) fails one statement, and others may well go on.
 */
const AWAY = /^(08|28|3D|53300$|57P0[1-5]$)/;

/** Without the right to CONNECT the connection is over before it began; any other missing right fails one statement. */
function mayNotConnect(thrown: unknown): boolean {
  return codeOf(thrown) === "42501" && (thrown as { readonly severity?: unknown }).severity === "FATAL";
}

/** True for failures that say the database is away or refuses us, rather than that a statement was wrong. */
export function isConnectionFailure(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (code === undefined) return NO_ANSWER.test(messageOf(thrown));
  return (
    /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOST|ENET)/.test(code) ||
    AWAY.test(code) ||
    mayNotConnect(thrown)
  );
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^28/,
    "The role or its password was refused: correct DATABASE_URL (and LISTEN_DATABASE_URL) and restart, or restore the password.",
  ],
  [/^42501/, "The role may not connect to this database: GRANT CONNECT ON DATABASE … TO it."],
  [/^3D/, "There is no such database: correct DATABASE_URL."],
  [
    /^53300/,
    "Postgres has no connection left: raise max_connections, or lower DATABASE_POOL; each replica takes one more.",
  ],
  [/^57P0[35]/, "Postgres is starting, stopping or recovering: nothing to do unless it stays so."],
  [/^57P0[124]/, "Postgres is shutting down, or an administrator ended the connection."],
  [/^(ENOTFOUND|EAI_)/, "The name of the host could not be resolved: check DATABASE_URL and DNS."],
  [/^ECONNREFUSED/, "Nothing listens there: check that Postgres runs, and its address in DATABASE_URL."],
];

/** What the operator should do about a failure of {@link isConnectionFailure}. */
export function adviceFor(thrown: unknown): string {
  const code = codeOf(thrown) ?? "";
  return (
    ADVICE.find(([pattern]) => pattern.test(code))?.[1] ??
    "Check that Postgres runs and that the network lets this host through to it."
  );
}

/** Turns a connection failure or a missing right into the one error class; anything else is passed on as it is. */
export function asDatabaseError(thrown: unknown): unknown {
  if (codeOf(thrown) === "42501" && !isConnectionFailure(thrown)) {
    return new FlagsmithFlagdError("RIGHTS_MISSING", messageOf(thrown), { cause: thrown });
  }
  if (thrown instanceof FlagsmithFlagdError || !isConnectionFailure(thrown)) return thrown;
  return new FlagsmithFlagdError("DATABASE_UNREACHABLE", `cannot reach the database: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}
