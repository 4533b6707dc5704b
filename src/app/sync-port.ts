import type { KeyRing } from "../access/key-ring.ts";
import type { Config } from "../config/options.ts";
import type { Logger } from "../observe/logger.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Board } from "../publish/board.ts";
import type { Clock } from "../support/clock.ts";
import { createGrpcTransport, type GrpcTransport } from "../transports/grpc/grpc-transport.ts";
import { sendNotFound } from "../transports/http/problem.ts";
import { createHttpRoutes } from "../transports/http/routes.ts";
import { createPort, type Port } from "../transports/port/port.ts";
import { diagnosticsOf } from "./diagnostics-of.ts";
import type { ServingState } from "./serving-state.ts";

/** What the sync port is made of. */
export interface SyncPortParts {
  readonly board: Board;
  readonly keyRing: KeyRing;
  readonly serving: ServingState;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Puts gRPC, gRPC-Web, Connect and HTTP on one port. */
export function createSyncPort(parts: SyncPortParts): { readonly port: Port; readonly grpc: GrpcTransport } {
  const { board, keyRing, serving, config, clock, logger, metrics } = parts;
  const grpc = createGrpcTransport({
    board: {
      authorize: (credentials) => keyRing.authorize(credentials),
      current: (environmentId) => board.current(environmentId),
      follow: (grant, follower) => board.follow(grant, follower),
    },
    health: serving,
    clock,
    log: logger,
    gzipMinBytes: config.gzipMinBytes,
    slowReaderMs: config.slowReaderMs,
    observer: {
      streamOpened() {
        metrics.syncRequest("stream");
        metrics.streamOpened();
      },
      streamEnded: (reason, durationMs) => metrics.streamEnded(reason, durationMs),
      sent: (bytes, { coalesced }) => metrics.sent(bytes, coalesced),
      refused: (reason) => metrics.refused(reason),
    },
  });
  const http = createHttpRoutes({
    authorize: (credentials) => keyRing.authorize(credentials),
    current: (environmentId) => board.current(environmentId),
    diagnose: diagnosticsOf,
    observer: { httpAnswered: (_, status) => metrics.syncRequest(String(status)) },
    log: logger,
    clock,
  });
  const port = createPort({
    clock,
    log: logger,
    directStream: grpc.directStream,
    request(request, response) {
      if (!http(request, response) && !grpc.request(request, response)) sendNotFound(request, response);
    },
  });
  return { port, grpc };
}
