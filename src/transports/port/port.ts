/** transports/port: one TCP port in cleartext for HTTP/1 and HTTP/2 alike, opened and closed without leaving anything behind. */
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Clock } from "../../support/clock.ts";
import { bindingFailure } from "./binding-failure.ts";
import type { PortRequest, PortResponse } from "./exchange-watch.ts";
import { createHttpServers } from "./http-servers.ts";
import { refuse } from "./http1-server.ts";
import type { PingPolicy } from "./http2-connection.ts";
import type { PortLog } from "./log.ts";
import { CUT_REASONS, type CutReason, type PortObserver } from "./observer.ts";
import { sniffProtocol } from "./sniff.ts";

/** Milliseconds that a new connection may stay silent. */
const DEFAULT_SILENCE_MS = 10_000;

/** Connections that the kernel may hold for us: a fleet reconnects in the same instant (facts/field.md, section 0, finding 6). */
const ACCEPT_BACKLOG = 4_096;

/** Milliseconds without traffic after which the kernel asks whether the peer still lives: clients set no keepalive. */
const TCP_KEEPALIVE_DELAY_MS = 30_000;

/** What a port needs. */
export interface PortOptions {
  /** Answers every request that `directStream` did not take. */
  readonly request: (request: PortRequest, response: PortResponse) => void;
  /** Has the first refusal of every HTTP/2 stream: `true` means that it took it. */
  readonly directStream?: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
  readonly clock: Clock;
  readonly log: PortLog;
  /** Milliseconds in which a connection must have shown its protocol, or its first head; 10,000 if not given. */
  readonly silenceMs?: number;
  readonly observer?: PortObserver;
  /** Whether HTTP/2 clients with open streams are asked for a sign of life; they are not if not given. */
  readonly pings?: PingPolicy;
  /** Connections that are held at the same time; more are closed as they come. No limit if not given. */
  readonly maxConnections?: number;
}

/** A port that can be opened once and closed once. */
export interface Port {
  /** Resolves with the address really bound (port 0 asks for any); rejects with PORT_IN_USE. */
  listen(host: string, port: number): Promise<AddressInfo>;
  /**
   * Asks clients to go elsewhere: GOAWAY to every HTTP/2 session, `connection: close` with every HTTP/1 answer. What is open
   * goes on; new connections are still taken and answered, once each: those who come in this moment hear a reason.
   */
  drain(): void;
  /**
   * Accepts nothing more, lets what is in flight end, says GOAWAY to every HTTP/2 session, and after `graceMs` cuts what is left.
   * Resolves when the last socket is gone.
   */
  close(graceMs: number): Promise<void>;
}

/** Makes a port; nothing is bound before `listen`. */
export function createPort(options: PortOptions): Port {
  const { clock, log, observer, maxConnections } = options;
  const silenceMs = options.silenceMs ?? DEFAULT_SILENCE_MS;
  const sockets = new Set<Socket>();
  const undecided = new Map<Socket, () => void>();
  let full = false;
  let closed: Promise<void> | undefined;

  const onCut = (reason: CutReason): void => {
    observer?.cut(reason);
    log.debug({ reason }, CUT_REASONS[reason]);
  };
  const servers = createHttpServers({ ...options, silenceMs, onCut });
  const sniffing = { clock, silenceMs, onSilent: () => onCut("silent") };
  const accept = (socket: Socket): void => {
    observer?.connectionOpened();
    sockets.add(socket);
    socket.once("close", () => {
      observer?.connectionClosed();
      sockets.delete(socket);
      undecided.delete(socket);
      full = false;
    });
    const abandon = sniffProtocol(socket, sniffing, (protocol) => {
      undecided.delete(socket);
      if (protocol !== "tls") {
        servers.take(protocol, socket);
        return;
      }
      onCut("tls");
      refuse(socket, "400 Bad Request", "this port does not speak TLS");
    });
    undecided.set(socket, abandon);
  };
  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_DELAY_MS },
    accept,
  );
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  server.on("drop", () => {
    onCut("too_many");
    if (!full) log.warn({ maxConnections }, "there are as many connections as may be; more are closed");
    full = true;
  });

  const shutDown = async (graceMs: number): Promise<void> => {
    const stopped = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const abandon of undecided.values()) abandon();
    servers.close();
    const grace = clock.after(graceMs, () => {
      for (const socket of sockets) socket.destroy();
    });
    await stopped;
    grace.cancel();
    servers.stop();
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
    drain: servers.drain,
    close(graceMs) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
}
