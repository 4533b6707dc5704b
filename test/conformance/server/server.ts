import { createServer as createHttpServer } from "node:http";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { FlagSyncService } from "../../../src/gen/flagd/sync/v1/sync_pb.ts";
import { Health } from "../../../src/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../../src/gen/grpc/reflection/v1/reflection_pb.ts";
import { answerHttp } from "./http-flags.ts";
import { answerMetadata, answerReflection, HealthService } from "./other-services.ts";
import { FlagStore, type Manner, type Place } from "./place.ts";
import { Rpc } from "./rpc.ts";
import { type FaultTimes, SyncFlags } from "./sync-flags.ts";

const ENHANCE_YOUR_CALM = 0xb;
/** As grpc-go counts: this many pings are too many. */
const PINGS_TOO_MANY = 4;

/** A server under test, with what its hooks do. */
export interface SyncServer {
  readonly port: number;
  readonly httpPort: number;
  change(): Promise<void>;
  writeAgain(): Promise<void>;
  drain(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server that breaks one requirement, or none, on real sockets. */
export async function startSyncServer(options: {
  readonly fault: string | undefined;
  readonly manner: Manner;
  readonly times: FaultTimes;
}): Promise<SyncServer> {
  const breaks = (id: string): boolean => id === options.fault;
  const place: Place = { manner: options.manner, breaks, flags: new FlagStore(breaks) };
  const sync = new SyncFlags(place, options.times);
  const health = new HealthService(place);
  const sessions = new Set<ServerHttp2Session>();
  let grpc = createGrpcServer(place, { sync, health, sessions });
  const port = await listen(grpc, 0);
  const http = createHttpServer((request, response) => answerHttp(place, request, response));
  const httpPort = await listen(http, 0);
  const end = (): void => {
    for (const session of sessions) session.destroy();
    grpc.close();
  };
  return {
    port,
    httpPort,
    async change() {
      place.flags.revision += 1;
      sync.push();
    },
    async writeAgain() {
      sync.written();
    },
    async drain() {
      health.drain();
      sync.drain();
      grpc.close();
      if (!breaks("DRAIN-002")) for (const session of sessions) session.close();
    },
    async restart() {
      if (breaks("DRAIN-004")) return;
      end();
      if (breaks("DRAIN-005")) place.flags.revision += 1;
      grpc = createGrpcServer(place, { sync, health, sessions });
      await listen(grpc, port);
    },
    async close() {
      end();
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}

function listen(server: Server | Http2Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function createGrpcServer(
  place: Place,
  { sync, health, sessions }: { sync: SyncFlags; health: HealthService; sessions: Set<ServerHttp2Session> },
): Http2Server {
  const server = createServer();
  server.on("session", (session) => {
    sessions.add(session);
    watchPings(session, place);
    session.on("error", () => undefined);
    session.once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    const rpc = new Rpc(stream, headers);
    if (place.breaks("CONN-003")) endTogether(rpc);
    void answer(rpc, { place, sync, health }).catch(() => rpc.end("INTERNAL"));
  });
  return server;
}

async function answer(
  rpc: Rpc,
  { place, sync, health }: { place: Place; sync: SyncFlags; health: HealthService },
): Promise<void> {
  const [, service, method] = String(rpc.headers[":path"]).split("/");
  if (service === Health.typeName) return health.answer(rpc);
  if (service === ServerReflection.typeName) return answerReflection(rpc, place);
  if (service === FlagSyncService.typeName && method === "GetMetadata") return answerMetadata(rpc, place);
  if (service === FlagSyncService.typeName && (method === "SyncFlags" || method === "FetchAllFlags")) {
    return sync.answer(rpc);
  }
  rpc.end(place.breaks("CALL-009") ? "INTERNAL" : "UNIMPLEMENTED");
}

/** Polices pings as grpc-go does by default, with a stream or without, where that is the fault. */
function watchPings(session: ServerHttp2Session, { breaks }: Place): void {
  let [pings, streams] = [0, 0];
  session.on("stream", (stream) => {
    streams += 1;
    stream.once("close", () => {
      streams -= 1;
    });
  });
  session.on("ping", () => {
    if (!breaks(streams === 0 ? "CONN-001" : "CONN-002")) return;
    pings += 1;
    if (pings < PINGS_TOO_MANY) return;
    session.goaway(ENHANCE_YOUR_CALM);
    session.destroy();
  });
}

const together = new WeakMap<object, Set<Rpc>>();

/** Ends all calls of a connection with the first that its client cancels. */
function endTogether(rpc: Rpc): void {
  const { session } = rpc.stream;
  if (session === undefined) return;
  const calls = together.get(session) ?? new Set<Rpc>();
  together.set(session, calls.add(rpc));
  rpc.stream.once("aborted", () => {
    for (const other of calls) other.end("UNAVAILABLE");
  });
}
