import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { codeOf } from "../../support/errors.ts";
import type { CutReason } from "./observer.ts";

/** Milliseconds that a whole request may take; what stays shorter than this is the exchange watch's business. */
const REQUEST_MS = 60_000;

/** What an HTTP/1 server needs. */
export interface Http1ServerOptions {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void;
  /** Milliseconds that a connection may rest between two requests. */
  readonly idleMs: number;
  /** Milliseconds that the head of a request may take. */
  readonly headMs: number;
  readonly onCut: (reason: CutReason) => void;
}

/** What a connection is told that breaks the rules, by the code of Node's error. */
const ANSWERS: Readonly<Record<string, { readonly status: string; readonly reason: CutReason }>> = {
  HPE_HEADER_OVERFLOW: { status: "431 Request Header Fields Too Large", reason: "too_large" },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: "413 Payload Too Large", reason: "too_large" },
  ERR_HTTP_REQUEST_TIMEOUT: { status: "408 Request Timeout", reason: "late_request" },
};
const MALFORMED = { status: "400 Bad Request", reason: "malformed" } as const;

/**
 * An HTTP/1 server for connections that something else accepted. `emit("connection", socket)` feeds it.
 * Node starts its clock against slow request heads, and its list of idle connections, on 'listening', which a server
 * that accepts nothing itself would never emit (Node 20.20, `setupConnectionsTracking`).
 */
export function createHttp1Server(options: Http1ServerOptions): Server {
  const answering = new WeakSet<Duplex>();
  const server = createServer(
    {
      keepAliveTimeout: options.idleMs,
      headersTimeout: options.headMs,
      requestTimeout: Math.max(REQUEST_MS, options.headMs),
      connectionsCheckingInterval: Math.ceil(options.headMs / 4),
    },
    (request, response) => {
      const { socket } = request;
      answering.add(socket);
      response.once("close", () => answering.delete(socket));
      options.request(request, response);
    },
  );
  server.on("clientError", (error, socket) => {
    const code = codeOf(error) ?? "";
    // More of the same may come before the answer is out.
    if (socket.writableEnded) return;
    if (code.startsWith("HPE_") || code.startsWith("ERR_HTTP")) {
      const { status, reason } = ANSWERS[code] ?? MALFORMED;
      options.onCut(reason);
      if (!answering.has(socket)) {
        refuse(socket, status);
        return;
      }
    }
    socket.destroy();
  });
  server.emit("listening");
  return server;
}

/** Says in plain HTTP/1 what is the matter, and ends the connection. */
export function refuse(socket: Duplex, status: string, explanation = ""): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = explanation === "" ? "" : `${explanation}\n`;
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`;
  socket.end(head + body, () => socket.destroy());
}
