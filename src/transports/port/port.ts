/** transports/port: one TCP port for HTTP/1 and HTTP/2 alike, with TLS or without, opened and closed without leaving anything behind. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Clock } from "../../support/clock.ts";
import { createArrivals } from "./arrivals.ts";
import { bindingFailure } from "./binding-failure.ts";
import { createHttpServers, type RequestHandlers } from "./http-servers.ts";
import type { PingPolicy } from "./http2-connection.ts";
import type { PortLog } from "./log.ts";
import { CUT_REASONS, type CutReason, type PortObserver } from "./observer.ts";
import type { TrustedProxies } from "./peer-address.ts";
import { Peers } from "./peers.ts";
import type { PortTls } from "./tls-terminator.ts";

/** Milliseconds that a new connection may stay silent. */
const DEFAULT_SILENCE_MS = 10_000;

/** Connections that the kernel may hold for us: a fleet reconnects in the same instant (facts/field.md, section 0, finding 6). */
const ACCEPT_BACKLOG = 4_096;

/** Milliseconds without traffic after which the kernel asks whether the peer still lives: clients set no keepalive. */
const TCP_KEEPALIVE_DELAY_MS = 30_000;

const NO_PROXIES: TrustedProxies = { trusts: () => false };

/** What a port needs. */
export interface PortOptions extends RequestHandlers {
  readonly clock: Clock;
  readonly log: PortLog;
  /** Milliseconds in which a connection must have shown its protocol, or its first head; 10,000 if not given. */
  readonly silenceMs?: number;
  readonly observer?: PortObserver;
  /** Whether HTTP/2 clients with open streams are asked for a sign of life; they are not if not given. */
  readonly pings?: PingPolicy;
  /** Connections that are held at the same time; more are closed as they come. No limit if not given. */
  readonly maxConnections?: number;
  /** Cleartext if not given. */
  readonly tls?: PortTls | undefined;
  /** Whose `X-Forwarded-For`, and whose PROXY header, is believed; nobody's if not given. */
  readonly proxies?: TrustedProxies | undefined;
  /** Whether the proxies begin each connection with a PROXY header. */
  readonly proxyProtocol?: boolean;
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
  let full = false;
  let closed: Promise<void> | undefined;

  const onCut = (reason: CutReason, error?: string): void => {
    observer?.cut(reason);
    log.debug({ reason, error }, CUT_REASONS[reason]);
  };
  const peers = new Peers(options.proxies ?? NO_PROXIES);
  const servers = createHttpServers({ ...options, silenceMs, onCut, peers });
  const arrivals = createArrivals({
    clock,
    silenceMs,
    tls: options.tls,
    headerFrom: options.proxyProtocol === true ? options.proxies : undefined,
    onCut,
    known: (connection) => servers.take(connection),
  });
  const accept = (socket: Socket): void => {
    observer?.connectionOpened();
    sockets.add(socket);
    socket.once("close", () => {
      observer?.connectionClosed();
      sockets.delete(socket);
      full = false;
    });
    arrivals.take(socket);
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
    arrivals.close();
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
