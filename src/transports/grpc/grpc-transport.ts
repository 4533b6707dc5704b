/** transports/grpc: speaks flagd.sync.v1, health and reflection to gRPC, gRPC-Web and Connect clients. */
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { FlagSyncService, file_flagd_sync_v1_sync } from "../../gen/flagd/sync/v1/sync_pb.ts";
import { file_grpc_health_v1_health, Health } from "../../gen/grpc/health/v1/health_pb.ts";
import {
  file_grpc_reflection_v1_reflection,
  ServerReflection,
} from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import {
  file_grpc_reflection_v1alpha_reflection,
  ServerReflection as ServerReflectionAlpha,
} from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import type { RequestOrigin } from "../../model/access.ts";
import type { Clock } from "../../support/clock.ts";
import type { SyncBoard } from "./board.ts";
import { indexDescriptors } from "./descriptor-index.ts";
import { drainingError } from "./failures.ts";
import type { FollowerRecords } from "./followers.ts";
import { createHealthService, type HealthState } from "./health-service.ts";
import type { MaxAge } from "./max-age.ts";
import type { NodeRequest, NodeResponse } from "./node-http.ts";
import type { GrpcLog, SyncObserver } from "./observer.ts";
import { OpenWrites } from "./open-writes.ts";
import { createReflectionService, createReflectionServiceAlpha } from "./reflection-service.ts";
import { createRpcRoutes } from "./rpc-routes.ts";
import { createSyncService } from "./sync-service.ts";
import { SyncStream } from "./sync-stream.ts";

/** Below 16 KB the shared frame costs less than what every client spends on unzipping. */
const DEFAULT_GZIP_MIN_BYTES = 16 * 1024;

/** Milliseconds that a client may take for one message. 430 KB in 30 s are 14 KB/s: slower than any link worth waiting for. */
const DEFAULT_SLOW_READER_MS = 30_000;

const SYNC_FLAGS_PATH = `/${FlagSyncService.typeName}/${FlagSyncService.method.syncFlags.name}`;

/** What the transport needs from the rest of the program. */
export interface GrpcTransportOptions {
  readonly board: SyncBoard;
  readonly health: HealthState;
  readonly observer: SyncObserver;
  /** Is told of every stream and of what each was sent; nobody is if not given. */
  readonly followers?: FollowerRecords;
  readonly log: GrpcLog;
  readonly clock: Clock;
  /** Documents of at least so many bytes go gzipped to gRPC clients that accept it; 16,384 if not given, `Infinity` for never. */
  readonly gzipMinBytes?: number;
  /** Milliseconds after which a stream whose client does not take its message is ended with UNAVAILABLE; 30,000 if not given. */
  readonly slowReaderMs?: number;
  /** How old a SyncFlags stream may grow before it is ended with UNAVAILABLE; no limit if not given. */
  readonly maxAge?: MaxAge;
  /** Whether reflection is offered; it is unless `false` is given. */
  readonly reflection?: boolean;
}

/** The transport, to be put on a port. */
export interface GrpcTransport {
  /** Takes SyncFlags over gRPC straight from its stream and says `true`; leaves all else. */
  readonly directStream: (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    origin?: () => RequestOrigin,
  ) => boolean;
  /** Takes every other RPC and says `true`; leaves requests that are none. */
  readonly request: (request: NodeRequest, response: NodeResponse, origin?: RequestOrigin) => boolean;
  /** Turns new SyncFlags and FetchAllFlags calls away with UNAVAILABLE. Open streams are the board's to end, at its own pace. */
  drain(): void;
  /** Ends, with UNAVAILABLE, every open call but the SyncFlags streams over gRPC: health's watchers, for one. */
  end(): void;
}

/** Makes the transport; it holds nothing open by itself. */
export function createGrpcTransport(options: GrpcTransportOptions): GrpcTransport {
  const { board, observer, log, clock } = options;
  const shutdown = new AbortController();
  const { maxAge, followers } = options;
  let drains = false;
  const draining = (): boolean => drains;
  const slowReaderMs = options.slowReaderMs ?? DEFAULT_SLOW_READER_MS;
  const reflects = options.reflection ?? true;
  const files = [
    file_flagd_sync_v1_sync,
    file_grpc_health_v1_health,
    ...(reflects ? [file_grpc_reflection_v1_reflection, file_grpc_reflection_v1alpha_reflection] : []),
  ];
  const index = indexDescriptors(files);
  const request = createRpcRoutes({
    log,
    shutdown: shutdown.signal,
    register: (router) => {
      router.service(
        FlagSyncService,
        createSyncService({ board, observer, followers, clock, slowReaderMs, maxAge, draining }),
      );
      router.service(Health, createHealthService(options.health, new Set(index.services)));
      if (!reflects) return;
      router.service(ServerReflection, createReflectionService(index));
      router.service(ServerReflectionAlpha, createReflectionServiceAlpha(index));
    },
  });
  const streamOptions = {
    board,
    observer,
    followers,
    log,
    clock,
    gzipMinBytes: options.gzipMinBytes ?? DEFAULT_GZIP_MIN_BYTES,
    openWrites: new OpenWrites(clock, slowReaderMs),
    slowReaderMs,
    maxAge,
    draining,
  };
  return {
    directStream: (stream, headers, origin) => {
      if (!isSyncFlagsOverGrpc(headers)) return false;
      void new SyncStream(streamOptions, stream, { headers, origin: origin?.() }).serve();
      return true;
    },
    request,
    drain() {
      drains = true;
    },
    end() {
      drains = true;
      shutdown.abort(drainingError());
    },
  };
}

function isSyncFlagsOverGrpc(headers: IncomingHttpHeaders): boolean {
  return (
    headers[":path"] === SYNC_FLAGS_PATH &&
    headers[":method"] === "POST" &&
    /^application\/grpc(\+proto)?\s*(;|$)/i.test(headers["content-type"] ?? "")
  );
}
