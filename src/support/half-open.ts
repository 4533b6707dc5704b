import { codeOf } from "./errors.ts";

const CODE = "CLIENT_HALF_OPEN";

/** What a connection is destroyed with whose client gave no sign of life: its streams learn the reason from it. */
export function halfOpenError(silentMs: number): Error {
  return Object.assign(new Error(`the client was silent for ${silentMs} ms after a ping`), { code: CODE });
}

/** Whether something ended by {@link halfOpenError}. */
export function isHalfOpen(thrown: unknown): boolean {
  return codeOf(thrown) === CODE;
}
