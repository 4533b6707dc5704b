import { ERRORS, type ErrorCode } from "./error-catalogue.ts";

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
    return ERRORS[this.code].advice;
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
