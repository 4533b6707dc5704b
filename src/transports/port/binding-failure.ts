import { codeOf, FlagsmithFlagdError } from "../../support/errors.ts";

/** What an operator is told when a port cannot be bound: PORT_IN_USE or CONFIG_INVALID where the cause is known. */
export function bindingFailure(error: Error, host: string, port: number): Error {
  const cause = { cause: error };
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new FlagsmithFlagdError("PORT_IN_USE", `port ${port} on ${host} is in use`, cause);
    case "EACCES":
      return new FlagsmithFlagdError("PORT_IN_USE", `this user may not bind port ${port} on ${host}`, cause);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new FlagsmithFlagdError("CONFIG_INVALID", `this machine has no address ${host} to bind`, cause);
    default:
      return error;
  }
}
