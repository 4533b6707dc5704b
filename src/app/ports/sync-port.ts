/** ports: what listens for clients and operators, put together from transports and what they may ask. */
import type { FailureGate } from "../../access/failure-gate.ts";
import type { KeyRing } from "../../access/key-ring.ts";
import { listOf } from "../../config/lists.ts";
import type { Config } from "../../config/options.ts";
import type { AccessDecision, RequestCredentials, RequestOrigin } from "../../model/access.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Board } from "../../publish/board.ts";
import type { Clock } from "../../support/clock.ts";
import type { AdminRequest, AdminResponse } from "../../transports/admin/routes.ts";
import type { FollowerRecords } from "../../transports/grpc/followers.ts";
import { createGrpcTransport } from "../../transports/grpc/grpc-transport.ts";
import { createCors } from "../../transports/http/cors.ts";
import { sendNotFound } from "../../transports/http/problem.ts";
import { createHttpRoutes } from "../../transports/http/routes.ts";
import { trustedProxies } from "../../transports/port/peer-address.ts";
import { createPort, type Port } from "../../transports/port/port.ts";
import type { PortTls } from "../../transports/port/tls-terminator.ts";
import type { Staleness } from "../database/staleness.ts";
import { diagnosticsOf } from "../diagnostics-of.ts";
import type { ShownDocuments } from "../pipeline/shown-documents.ts";
import type { ServingState } from "../serving-state.ts";
import { RefusalLog } from "./refusal-log.ts";
import { slowingAuthorizer } from "./slow-failures.ts";

/** What the sync port is made of. */
export interface SyncPortParts {
  readonly board: Board;
  readonly keyRing: KeyRing;
  readonly documents: Pick<ShownDocuments, "held" | "refusal">;
  readonly serving: ServingState;
  readonly staleness: Staleness;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Is told of every stream and of what each was sent. */
  readonly followers: FollowerRecords;
  /** Answers the admin routes; `false`: the path is none of theirs. */
  readonly admin: (request: AdminRequest, response: AdminResponse, origin: RequestOrigin) => boolean;
  /** Slows addresses that send many requests without a valid key. */
  readonly gate: FailureGate;
  /** Cleartext if not given. */
  readonly tls: PortTls | undefined;
}

/** The port that clients follow. */
export interface SyncPort {
  readonly listen: Port["listen"];
  /**
   * Sends everybody away in good order: nobody new is let in, streams are ended one by one within `drainMs`, and
   * connections have `shutdownGraceMs` to end after them.
   */
  stop(): Promise<void>;
}

/** Puts gRPC, gRPC-Web, Connect and HTTP on one port. */
export function createSyncPort(parts: SyncPortParts): SyncPort {
  const { board, documents, keyRing, serving, config, clock, random, logger, metrics } = parts;
  const slowing = slowingAuthorizer(keyRing, parts.gate);
  const refusals = new RefusalLog(clock, logger);
  const authorize = (credentials: RequestCredentials): AccessDecision | Promise<AccessDecision> => {
    const unlessRefused = (asked: AccessDecision): AccessDecision => {
      const refusal = "environmentId" in asked ? documents.refusal(asked.environmentId) : undefined;
      const decided = refusal ?? asked;
      refusals.decided(credentials, decided);
      return decided;
    };
    const decision = slowing(credentials);
    return decision instanceof Promise ? decision.then(unlessRefused) : unlessRefused(decision);
  };
  const maxAgeMs = config.maxStreamAgeSeconds * 1_000;
  const grpc = createGrpcTransport({
    board: {
      authorize,
      current: (environmentId) => board.current(environmentId),
      follow: (grant, follower) => board.follow(grant, follower),
    },
    health: serving,
    followers: parts.followers,
    clock,
    log: logger,
    gzipMinBytes: config.gzipMinBytes,
    slowReaderMs: config.slowReaderMs,
    ...(maxAgeMs > 0 ? { maxAge: { ms: maxAgeMs, random } } : {}),
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
    authorize,
    current: (environmentId) => board.current(environmentId),
    staleMs: (environmentId) => parts.staleness.ageMs(environmentId),
    diagnose: (revision) => diagnosticsOf(revision, documents.held(revision.environmentId)),
    observer: {
      httpAnswered: (_, status) => metrics.syncRequest(String(status)),
      refused: (reason) => metrics.refused(reason),
    },
    log: logger,
    clock,
  });
  const cors = createCors(listOf(config.corsOrigins));
  const port = createPort({
    clock,
    log: logger,
    maxConnections: config.maxConnections,
    ...(config.pingIntervalMs > 0
      ? { pings: { intervalMs: config.pingIntervalMs, timeoutMs: config.pingTimeoutMs, random } }
      : {}),
    observer: {
      connectionOpened: () => metrics.connections.opened(),
      connectionClosed: () => metrics.connections.closed(),
      cut: (reason) => metrics.connections.cut(reason),
    },
    directStream: grpc.directStream,
    tls: parts.tls,
    proxies: trustedProxies(listOf(config.trustedProxies)),
    proxyProtocol: config.proxyProtocol === "on",
    request(request, response, origin) {
      if (parts.admin(request, response, origin)) {
        response.once("finish", () => metrics.adminRequest(String(response.statusCode)));
        return;
      }
      if (cors(request, response)) return;
      if (http(request, response, origin) || grpc.request(request, response, origin)) return;
      sendNotFound(request, response);
    },
  });
  return {
    listen: port.listen,
    async stop() {
      serving.drain();
      grpc.drain();
      port.drain();
      await board.drain({ clock, overMs: config.drainMs });
      grpc.end();
      await port.close(config.shutdownGraceMs);
    },
  };
}
