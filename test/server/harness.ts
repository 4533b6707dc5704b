import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { type RunningServer, startServer } from "../../src/app/start-server.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { SyncFlagsRequestSchema, SyncFlagsResponseSchema } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { systemClock } from "../../src/support/clock.ts";
import { secretsIn } from "../support/secrets-watch.ts";

/** Parts of a flagd document that these tests look at. */
export interface SeenDocument {
  readonly flags: Readonly<
    Record<string, { readonly state: string; readonly variants: Record<string, unknown> }>
  >;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A document with the text it came as and when it came, by this machine's clock. */
export interface Arrival {
  readonly document: SeenDocument;
  readonly text: string;
  readonly atMs: number;
}

/** An open SyncFlags stream of a real gRPC client. */
export interface FollowedStream {
  /** All that came, in order. */
  readonly arrivals: readonly Arrival[];
  /** Resolves with the first arrival, past or to come, from number `from` on, that fulfils the condition. */
  until(condition: (document: SeenDocument) => boolean, from?: number): Promise<Arrival>;
  /** The status that the stream ended with. */
  readonly ended: Promise<grpc.ServiceError>;
  close(): void;
}

/** Starts a server on free ports, with a log that the test can look at. No test's server may log a secret. */
export async function startTestServer(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
  clock = systemClock,
): Promise<RunningServer & { readonly address: string; readonly log: { level: string; message: string }[] }> {
  const log: { level: string; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void log.push({ level, message: `${message} ${JSON.stringify(fields)}` });
  const server = await startServer({
    config: loadConfig({
      env: { DATABASE_URL: databaseUrl, HOST: "127.0.0.1", SYNC_PORT: "0", MANAGEMENT_PORT: "0", ...env },
    }),
    clock,
    random: Math.random,
    logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    version: "test",
  });
  return {
    ...server,
    address: `127.0.0.1:${server.syncPort}`,
    log,
    async stop() {
      await server.stop();
      const seen = secretsIn(log.map(({ message }) => message).join("\n"));
      if (seen.length > 0) throw new Error(`the server's log shows ${seen.join("; ")}`);
    },
  };
}

/** What a SyncFlags call carries. */
export interface SyncRequest {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly fields?: { readonly selector?: string; readonly providerId?: string };
}

/** Follows a server as a flagd does, with the key as a header or whatever else is given. */
export function follow(address: string, request: string | SyncRequest): FollowedStream {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  const sent = typeof request === "string" ? { metadata: { "x-environment-key": request } } : request;
  for (const [name, value] of Object.entries(sent.metadata ?? {})) metadata.set(name, value);
  const call = client.makeServerStreamRequest(
    "/flagd.sync.v1.FlagSyncService/SyncFlags",
    (fields: object) => Buffer.from(toBinary(SyncFlagsRequestSchema, create(SyncFlagsRequestSchema, fields))),
    (bytes: Buffer) => fromBinary(SyncFlagsResponseSchema, bytes).flagConfiguration,
    ("fields" in sent && sent.fields) || {},
    metadata,
  );
  const arrivals: Arrival[] = [];
  const waiting = new Set<() => void>();
  call.on("data", (text: string) => {
    arrivals.push({ text, document: JSON.parse(text), atMs: Date.now() });
    for (const look of [...waiting]) look();
  });
  const ended = new Promise<grpc.ServiceError>((resolve) => call.once("error", resolve));
  return {
    arrivals,
    ended,
    until: (condition, from = 0) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = arrivals.slice(from).find((arrival) => condition(arrival.document));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then((error) => {
          if (waiting.delete(look)) reject(error);
        });
      }),
    close() {
      call.cancel();
      client.close();
    },
  };
}

/** Resolves when `look` gives something other than `undefined`, asking after every turn of the event loop. */
export async function eventually<Found>(
  look: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise(setImmediate);
  }
}
