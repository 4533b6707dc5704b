import type { ServerHttp2Stream } from "node:http2";
import { afterEach, expect, vi } from "vitest";
import { createGrpcTransport, type GrpcTransport } from "../../src/transports/grpc/grpc-transport.ts";
import { sendNotFound } from "../../src/transports/http/problem.ts";
import { createHttpRoutes } from "../../src/transports/http/routes.ts";
import { createPort, type Port } from "../../src/transports/port/port.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { TinyBoard } from "./tiny-board.ts";

/** All that a test needs of a served board. */
export interface Served {
  readonly board: TinyBoard;
  readonly clock: ManualClock;
  readonly port: Port;
  readonly transport: GrpcTransport;
  readonly address: string;
  readonly url: string;
  /** Calls of the observers, in order. */
  readonly observed: unknown[][];
  /** Lines logged at level warn: none in a healthy test. */
  readonly warnings: string[];
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

const openResources = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP") || kind === "HTTP2SESSION").length;

/** Serves a board on one port the way that the app does, and afterwards checks that nothing of it is left. */
export async function serveBoard(
  settings: { gzipMinBytes?: number; slowReaderMs?: number } = {},
): Promise<Served> {
  const before = openResources();
  const board = new TinyBoard();
  const clock = new ManualClock();
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
    debug: () => undefined,
    warn: (_fields: object, message: string) => void warnings.push(message),
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
  const transport = createGrpcTransport({ board, health, observer, log, clock, ...settings });
  const http = createHttpRoutes({
    authorize: (credentials) => board.authorize(credentials),
    current: () => board.current(),
    diagnose: (revision) => ({ revision: revision.hash, padding: "x".repeat(2_000) }),
    observer,
    log,
    clock,
  });
  const port = createPort({
    directStream: (stream, headers) => {
      recordWrites(stream, written);
      return transport.directStream(stream, headers);
    },
    request: (request, response) => {
      if (!http(request, response) && !transport.request(request, response)) sendNotFound(request, response);
    },
    clock,
    log,
  });
  const bound = await port.listen("127.0.0.1", 0);
  closers.unshift(async () => {
    transport.drain();
    board.endAll({ kind: "draining" });
    const closed = port.close(5_000);
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(openResources()).toBeLessThanOrEqual(before);
    });
    await closed;
    expect(board.followers).toBe(0);
    expect(clock.pending).toBe(0);
    expect(healthListeners.size).toBe(0);
    const opened = observed.filter(([name]) => name === "streamOpened").length;
    expect(observed.filter(([name]) => name === "streamEnded").length).toBe(opened);
    expect(board.unfollowed).toBe(opened);
    expect(warnings).toEqual([]);
  });
  return {
    board,
    clock,
    port,
    transport,
    address: `127.0.0.1:${bound.port}`,
    url: `http://127.0.0.1:${bound.port}`,
    observed,
    warnings,
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
