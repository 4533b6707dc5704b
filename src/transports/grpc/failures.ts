import { Code, ConnectError } from "@connectrpc/connect";
import type { RefusalReason, StreamEnd } from "../../model/access.ts";

/** facts/field.md, section 5, "Status codes". Clients retry whatever the code; it is there for people and for tests. */
const CODE_OF_REFUSAL: Readonly<Record<RefusalReason, Code>> = {
  missing_key: Code.Unauthenticated,
  unknown_key: Code.Unauthenticated,
  client_side_key: Code.PermissionDenied,
  organisation_stopped: Code.PermissionDenied,
  wrong_flag_set: Code.PermissionDenied,
  edge_project: Code.FailedPrecondition,
  project_not_enabled: Code.NotFound,
  malformed_selector: Code.InvalidArgument,
  ambiguous_flag_set: Code.FailedPrecondition,
  flag_set_needed: Code.InvalidArgument,
  not_an_admin_key: Code.PermissionDenied,
  master_keys_unreadable: Code.Unavailable,
  busy: Code.Unavailable,
  document_too_large: Code.ResourceExhausted,
  too_many_failures: Code.ResourceExhausted,
};

/** The answer to a call that may not read. */
export function refusalError(refusal: {
  readonly reason: RefusalReason;
  readonly message: string;
}): ConnectError {
  return new ConnectError(refusal.message, CODE_OF_REFUSAL[refusal.reason]);
}

/** The answer to whatever is cut off because the process goes down; clients come back on it (design decision 2). */
export function drainingError(): ConnectError {
  return new ConnectError("this server is shutting down; reconnect to reach another", Code.Unavailable);
}

/** The answer to a stream that is as old as streams may be: its client comes back, perhaps to another replica. */
export function maxAgeError(): ConnectError {
  return new ConnectError("this stream has reached its greatest age; open another", Code.Unavailable);
}

/** The answer when the caller's own deadline has passed. */
export function deadlineError(): ConnectError {
  return new ConnectError("the deadline that the client set has passed", Code.DeadlineExceeded);
}

/** The answer to a client that does not take what it is sent; if it is merely slow, it may come back. */
export function slowReaderError(limitMs: number): ConnectError {
  return new ConnectError(`a message was not taken within ${limitMs} ms`, Code.Unavailable);
}

/** The error that an open stream ends with; there is no end without one (design decision 2). */
export function streamEndError(end: StreamEnd): ConnectError {
  return end.kind === "draining" ? drainingError() : refusalError(end);
}
