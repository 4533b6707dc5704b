import type { IncomingHttpHeaders } from "node:http2";

/** The status codes of gRPC by their numbers (grpc: doc/statuscodes.md). */
const NAMES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** See {@link NAMES}. */
export type StatusName = (typeof NAMES)[number];

/** How a call ended: with a status, or without one because its stream or its connection broke. */
export type CallEnd =
  | { readonly kind: "status"; readonly status: StatusName; readonly message: string }
  | { readonly kind: "broken"; readonly reason: string };

/** Reads the status that trailers, or the headers of an answer without a message, carry; `undefined`: they carry none. */
export function statusIn(headers: IncomingHttpHeaders): CallEnd | undefined {
  const code = headers["grpc-status"];
  if (typeof code !== "string") return undefined;
  const status = /^\d{1,2}$/.test(code) ? NAMES[Number(code)] : undefined;
  if (status === undefined) return { kind: "broken", reason: `grpc-status is ${JSON.stringify(code)}` };
  return { kind: "status", status, message: unescaped(String(headers["grpc-message"] ?? "")) };
}

function unescaped(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

/** An end in words, for a report. */
export function endInWords(end: CallEnd | undefined): string {
  if (end === undefined) return "silence";
  if (end.kind === "broken") return `no status (${end.reason})`;
  return end.message === "" ? end.status : `${end.status} (${end.message})`;
}

/** Whether a call ended with one of these. */
export function endedWith(end: CallEnd | undefined, ...statuses: readonly StatusName[]): boolean {
  return end?.kind === "status" && statuses.includes(end.status);
}
