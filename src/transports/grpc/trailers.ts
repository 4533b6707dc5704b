import type { ConnectError } from "@connectrpc/connect";

/** The trailers that end a gRPC call with an error. */
export function trailersOf(error: ConnectError): { "grpc-status": string; "grpc-message": string } {
  return { "grpc-status": String(error.code), "grpc-message": percentEncode(error.rawMessage) };
}

/** gRPC over HTTP/2, "Percent-Encoded": printable ASCII but `%` stays as it is, every other byte of the UTF-8 is escaped. */
function percentEncode(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/gu, (run) =>
    Array.from(Buffer.from(run), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}
