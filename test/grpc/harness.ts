import type { ServerHttp2Stream } from "node:http2";
import { afterEach, expect, vi } from "vitest";
import { createGrpcTransport, type GrpcTransport } from "../../src/transports/grpc/grpc-transport.ts";
import type { MaxAge } from "../../src/transports/grpc/max-age.ts";
import { sendNotFound } from "../../src/transports/http/problem.ts";
import { createHttpRoutes } from "../../src/transports/http/routes.ts";
import type { CutReason } from "../../src/transports/port/observer.ts";
import { createPort, type Port, type PortOptions } from "../../src/transports/port/port.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { TinyBoard } from "./tiny-board.ts";

/** All that a test needs of a served board. */
export interface Served {
  readonly board: TinyBoard;
  readonly clock: ManualClock;
  /** The port's own, so that a test of the transport sees only the transport's timers. */
  readonly portClock: ManualClock;
  readonly port: Port;
  readonly transport: GrpcTransport;
  readonly address: string;
  readonly url: string;
  /** Calls of the observers, in order. */
  readonly observed: unknown[][];
  /** Lines logged at level warn: none in a healthy test. */
  readonly warnings: string[];
  /** Every line that was logged, with its fields. */
  readonly log: string[];
  /** Why the port ended connections or exchanges, in order. */
  readonly cuts: CutReason[];
  /** Connections that the port holds. */
  connections(): number;
  /** Every buffer that was written to a SyncFlags stream. */
  readonly written: unknown[];
  setServing(serving: boolean): void;
  readonly healthListeners: Set<() => void>;
}

const closers: (() => Promise<void>)[] = [];
/** Runs after the test and before the leak check, last first: for what a test opened itself. */
export function cleanUp(close: () => Promise<void> | void): void {
  closers.push(async () => close());
}

/** As `vi.waitFor`, with patience for a machine that does much else, and without its 50 ms between two looks. */
export function soon<Found>(look: () => Found | Promise<Found>): Promise<Found> {
  return vi.waitFor(look, { timeout: 15_000, interval: 5 });
}

const openResources = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP") || kind === "HTTP2SESSION").length;

/** Serves a board on one port the way that the app does, and afterwards checks that nothing of it is left. */
export async function serveBoard(
  settings: {
    gzipMinBytes?: number;
    slowReaderMs?: number;
    maxAge?: MaxAge;
    port?: Partial<PortOptions>;
  } = {},
): Promise<Served> {
  const before = openResources();
  const board = new TinyBoard();
  const clock = new ManualClock();
  const portClock = new ManualClock();
  const cuts: CutReason[] = [];
  const lines: string[] = [];
  let connections = 0;
  const observed: unknown[][] = [];
  const warnings: string[] = [];
  const written: unknown[] = [];
  const healthListeners = new Set<() => void>();
  let serving = true;
  const note =
    (name: string) =>
    (...details: unknown[]) =>
      void observed.push([name, ...details]);
  const log = {
    debug: (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    warn: (fields: object, message: string) => {
      lines.push(`${message} ${JSON.stringify(fields)}`);
      warnings.push(message);
    },
  };
  const observer = {
    streamOpened: note("streamOpened"),
    streamEnded: note("streamEnded"),
    sent: note("sent"),
    refused: note("refused"),
    httpAnswered: note("httpAnswered"),
  };
  const health = {
    serving: () => serving,
    onChange: (listener: () => void) => {
      healthListeners.add(listener);
      return () => void healthListeners.delete(listener);
    },
  };
  const { port: portSettings, ...grpcSettings } = settings;
  const transport = createGrpcTransport({ board, health, observer, log, clock, ...grpcSettings });
  const http = createHttpRoutes({
    authorize: (credentials) => board.authorize(credentials),
    current: () => board.current(),
    diagnose: (revision) => ({ revision: revision.hash, padding: "x".repeat(2_000) }),
    observer,
    log,
    clock,
  });
  const port = createPort({
    directStream: (stream, headers, origin) => {
      recordWrites(stream, written);
      return transport.directStream(stream, headers, origin);
    },
    request: (request, response, origin) => {
      if (http(request, response, origin) || transport.request(request, response, origin)) return;
      sendNotFound(request, response);
    },
    observer: {
      connectionOpened: () => {
        connections += 1;
      },
      connectionClosed: () => {
        connections -= 1;
      },
      cut: (reason) => void cuts.push(reason),
    },
    clock: portClock,
    log,
    ...portSettings,
  });
  const bound = await port.listen("127.0.0.1", 0);
  closers.unshift(async () => {
    transport.end();
    board.endAll({ kind: "draining" });
    const closed = port.close(5_000);
    await soon(() => {
      clock.advance(1_000);
      portClock.advance(1_000);
      expect(openResources()).toBeLessThanOrEqual(before);
    });
    await closed;
    expect(board.followers).toBe(0);
    expect([clock.pending, portClock.pending]).toEqual([0, 0]);
    expect(connections).toBe(0);
    expect(healthListeners.size).toBe(0);
    const opened = observed.filter(([name]) => name === "streamOpened").length;
    expect(observed.filter(([name]) => name === "streamEnded").length).toBe(opened);
    expect(board.unfollowed).toBe(opened);
    expect(warnings).toEqual([]);
  });
  return {
    board,
    clock,
    portClock,
    port,
    transport,
    address: `127.0.0.1:${bound.port}`,
    url: `http://127.0.0.1:${bound.port}`,
    observed,
    warnings,
    log: lines,
    cuts,
    connections: () => connections,
    written,
    setServing: (now) => {
      serving = now;
      for (const listener of healthListeners) listener();
    },
    healthListeners,
  };
}

function recordWrites(stream: ServerHttp2Stream, written: unknown[]): void {
  const write = stream.write.bind(stream);
  stream.write = ((chunk: unknown, ...rest: []) => {
    written.push(chunk);
    return write(chunk, ...rest);
  }) as typeof stream.write;
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
