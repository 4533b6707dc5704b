/** transports/port: one TCP port in cleartext for HTTP/1 and HTTP/2 alike, opened and closed without leaving anything behind. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type {
  Http2ServerRequest,
  Http2ServerResponse,
  Http2Session,
  IncomingHttpHeaders,
  ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Clock } from "../../support/clock.ts";
import { codeOf, FlagsmithFlagdError, messageOf } from "../../support/errors.ts";
import { createHttp1Server } from "./http1-server.ts";
import { createHttp2Server } from "./http2-server.ts";
import type { PortLog } from "./log.ts";
import { sniffHttpVersion } from "./sniff.ts";

/** Milliseconds that a new connection may stay silent. */
const DEFAULT_SILENCE_MS = 10_000;

/** Connections that the kernel may hold for us: a fleet reconnects in the same instant (facts/field.md, section 0, finding 6). */
const ACCEPT_BACKLOG = 4_096;

/** Milliseconds without traffic after which the kernel asks whether the peer still lives: clients set no keepalive. */
const TCP_KEEPALIVE_DELAY_MS = 30_000;

/** A request of either HTTP version. */
type PortRequest = IncomingMessage | Http2ServerRequest;
/** A response of either HTTP version. */
type PortResponse = ServerResponse | Http2ServerResponse;

/** What a port needs. */
export interface PortOptions {
  /** Answers every request that `directStream` did not take. */
  readonly request: (request: PortRequest, response: PortResponse) => void;
  /** Has the first refusal of every HTTP/2 stream: `true` means that it took it. */
  readonly directStream?: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
  readonly clock: Clock;
  readonly log: PortLog;
  /** Milliseconds after which a connection that sent nothing is closed; 10,000 if not given. */
  readonly silenceMs?: number;
}

/** A port that can be opened once and closed once. */
export interface Port {
  /** Resolves with the address really bound (port 0 asks for any); rejects with PORT_IN_USE. */
  listen(host: string, port: number): Promise<AddressInfo>;
  /**
   * Accepts nothing more, lets what is in flight end, says GOAWAY to every HTTP/2 session, and after `graceMs` cuts what is left.
   * Resolves when the last socket is gone.
   */
  close(graceMs: number): Promise<void>;
}

/** Makes a port; nothing is bound before `listen`. */
export function createPort(options: PortOptions): Port {
  const sockets = new Set<Socket>();
  const undecided = new Map<Socket, () => void>();
  const sessions = new Set<Http2Session>();
  let closed: Promise<void> | undefined;

  const answer = (request: PortRequest, response: PortResponse): void => {
    try {
      options.request(request, response);
    } catch (thrown) {
      options.log.warn({ error: messageOf(thrown) }, "a request handler threw");
      response.destroy();
    }
  };
  const http1 = createHttp1Server((request, response) => {
    if (closed) response.setHeader("connection", "close");
    response.once("close", () => closed && setImmediate(() => http1.closeIdleConnections()));
    answer(request, response);
  });
  const http2 = createHttp2Server({ directStream: options.directStream ?? (() => false), request: answer });
  http2.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    if (closed) session.close();
  });
  http2.on("sessionError", (error) =>
    options.log.debug({ error: messageOf(error) }, "HTTP/2 session failed"),
  );

  const sniffing = { clock: options.clock, silenceMs: options.silenceMs ?? DEFAULT_SILENCE_MS };
  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_DELAY_MS },
    (socket) => {
      sockets.add(socket);
      socket.once("close", () => {
        sockets.delete(socket);
        undecided.delete(socket);
      });
      const abandon = sniffHttpVersion(socket, sniffing, (version) => {
        undecided.delete(socket);
        (version === "http2" ? http2 : http1).emit("connection", socket);
      });
      undecided.set(socket, abandon);
    },
  );

  const shutDown = async (graceMs: number): Promise<void> => {
    const stopped = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const abandon of undecided.values()) abandon();
    http1.close();
    for (const session of sessions) session.close();
    const grace = options.clock.after(graceMs, () => {
      for (const socket of sockets) socket.destroy();
    });
    await stopped;
    grace.cancel();
  };

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once("error", (error) => reject(bindingFailure(error, host, port)));
        // In a cluster a port is shared by all workers; one that nobody named is this process's own.
        server.listen({ host, port, backlog: ACCEPT_BACKLOG, exclusive: port === 0 }, () => {
          const address = server.address();
          if (address !== null && typeof address === "object") resolve(address);
        });
      }),
    close(graceMs) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
}

function bindingFailure(error: Error, host: string, port: number): Error {
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
