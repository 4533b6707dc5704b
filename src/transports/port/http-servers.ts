import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { RequestOrigin } from "../../model/access.ts";
import type { Clock } from "../../support/clock.ts";
import { codeOf, messageOf } from "../../support/errors.ts";
import { type PortRequest, type PortResponse, watchExchange } from "./exchange-watch.ts";
import { createHttp1Server } from "./http1-server.ts";
import { Http2Connection, type PingPolicy } from "./http2-connection.ts";
import { createHttp2Server } from "./http2-server.ts";
import type { PortLog } from "./log.ts";
import type { CutReason } from "./observer.ts";
import type { Peer, Peers } from "./peers.ts";
import { Rounds } from "./rounds.ts";
import { setSecurityHeaders } from "./security-headers.ts";

/**
 * Milliseconds that a connection may rest between two requests. Longer than what load balancers commonly wait (60 s) and
 * than flagd's polling interval, so that it is never us who closes in the moment of the next request.
 */
const IDLE_MS = 75_000;

/** Milliseconds that a request may take to arrive whole, if it is not answered before. */
const REQUEST_MS = 10_000;

/** Milliseconds that a whole answer may take to be taken. 430 KB in 60 s are 7 KB/s. */
const ANSWER_MS = 60_000;

/** Milliseconds that a client has to close a connection to which we have said good-bye. */
const CLOSING_MS = 5_000;

/** Who answers what. */
export interface RequestHandlers {
  /** Answers every request that `directStream` did not take. */
  readonly request: (request: PortRequest, response: PortResponse, origin: RequestOrigin) => void;
  /** Has the first refusal of every HTTP/2 stream: `true` means that it took it. `origin` is asked at most once. */
  readonly directStream?: (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    origin: () => RequestOrigin,
  ) => boolean;
}

/** What the servers need. */
export interface HttpServersOptions extends RequestHandlers {
  readonly clock: Clock;
  readonly peers: Peers;
  readonly log: PortLog;
  /** Milliseconds in which a connection must have sent its first head. */
  readonly silenceMs: number;
  /** Whether HTTP/2 clients with open streams are asked for a sign of life; they are not if not given. */
  readonly pings?: PingPolicy | undefined;
  readonly onCut: (reason: CutReason) => void;
}

/** A connection whose protocol is known. */
export interface KnownConnection {
  readonly version: "http1" | "http2";
  /** What HTTP is spoken on. */
  readonly socket: Socket;
  /** The TCP socket below it: the same, unless TLS lies between. */
  readonly raw: Socket;
  readonly peer: Peer;
}

/** A server for each HTTP version, fed with connections that something else accepted. */
export interface HttpServers {
  take(connection: KnownConnection): void;
  /** GOAWAY to every session, `connection: close` with every answer; what comes now is answered once. */
  drain(): void;
  /** Drains, and takes no new request on any connection; those that rest are ended at once. */
  close(): void;
  /** To be called when the last connection is gone. */
  stop(): void;
}

/** Makes both, with the time limits of their connections. */
export function createHttpServers(options: HttpServersOptions): HttpServers {
  const { clock, log, silenceMs, onCut, pings, peers } = options;
  const connections = new Map<Http2Session, Http2Connection>();
  const rounds = new Rounds(clock);
  let draining = false;
  let closing = false;

  const answer = (request: PortRequest, response: PortResponse): void => {
    watchExchange({ request, response }, { rounds, requestMs: REQUEST_MS, answerMs: ANSWER_MS, onCut });
    try {
      const origin = peers.originOf(request);
      setSecurityHeaders(response, origin.encrypted);
      options.request(request, response, origin);
    } catch (thrown) {
      log.warn({ error: messageOf(thrown) }, "a request handler threw");
      response.destroy();
    }
  };
  const http1 = createHttp1Server({
    idleMs: IDLE_MS,
    headMs: silenceMs,
    onCut,
    request(request, response) {
      if (draining) response.setHeader("connection", "close");
      response.once("close", () => closing && setImmediate(() => http1.closeIdleConnections()));
      answer(request, response);
    },
  });
  const { directStream } = options;
  const http2 = createHttp2Server({
    directStream: (stream, headers) =>
      directStream?.(stream, headers, () => peers.originOn(stream.session, headers["x-forwarded-for"])) ??
      false,
    request: answer,
    onTooLarge: () => onCut("too_large"),
  });
  // After the server's own listener: a stream that comes during a drain is answered, and its connection said good-bye to.
  http2.on("stream", ({ session }) => {
    if (draining && session !== undefined) connections.get(session)?.close();
  });
  http2.on("sessionError", (error) => {
    if (codeOf(error)?.startsWith("ERR_HTTP2")) onCut("malformed");
    log.debug({ error: messageOf(error) }, "HTTP/2 session failed");
  });

  const limits = { rounds, silenceMs, idleMs: IDLE_MS, closingMs: CLOSING_MS, pings, onCut };
  const takeHttp2 = ({ socket, raw, peer }: KnownConnection): void => {
    const onSession = (session: Http2Session): void => {
      peers.remember(session, peer);
      const connection = new Http2Connection(limits, session, raw);
      connections.set(session, connection);
      session.once("close", () => connections.delete(session));
      if (closing) connection.close();
    };
    // The session knows its socket only through a proxy; this event is emitted before `emit` returns.
    http2.once("session", onSession);
    http2.emit("connection", socket);
    http2.off("session", onSession);
  };
  const drain = (): void => {
    draining = true;
    for (const connection of connections.values()) connection.close();
  };
  return {
    take(connection) {
      if (connection.version === "http2") {
        takeHttp2(connection);
        return;
      }
      peers.remember(connection.socket, connection.peer);
      http1.emit("connection", connection.socket);
    },
    drain,
    close() {
      closing = true;
      drain();
      http1.close();
    },
    stop: () => rounds.stop(),
  };
}
