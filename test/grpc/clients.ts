import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from "node:http2";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { SyncFlagsRequestSchema, SyncFlagsResponseSchema } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { END_HEADERS, END_STREAM, FRAME, headerBlock, http2Frame, MAGIC } from "./frames.ts";
import { cleanUp } from "./harness.ts";
import { GOOD_KEY } from "./tiny-board.ts";

export const SYNC_FLAGS = "/flagd.sync.v1.FlagSyncService/SyncFlags";

type Fields = MessageInitShape<typeof SyncFlagsRequestSchema>;

export const serialiseRequest = (fields: Fields): Buffer =>
  Buffer.from(toBinary(SyncFlagsRequestSchema, create(SyncFlagsRequestSchema, fields)));

export const frameOf = (message: Uint8Array, flag = 0): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
};

/** The headers of a SyncFlags call with a good key, for those who write frames themselves. */
export function syncFlagsHeaders(
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return {
    ":method": "POST",
    ":scheme": "http",
    ":path": SYNC_FLAGS,
    ":authority": "localhost",
    "content-type": "application/grpc",
    te: "trailers",
    "x-environment-key": GOOD_KEY,
    ...more,
  };
}

/** A grpc-js client that is closed after the test. */
export function grpcClient(address: string): grpc.Client {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  cleanUp(() => client.close());
  return client;
}

/** An open SyncFlags call, with its messages to be awaited one by one. */
export interface SyncCall {
  readonly call: grpc.ClientReadableStream<string>;
  next(): Promise<string>;
  readonly failure: Promise<grpc.ServiceError>;
  readonly headers: Promise<grpc.Metadata>;
}

export function syncFlags(
  client: grpc.Client,
  options: { fields?: Fields; metadata?: Record<string, string>; deadlineMs?: number } = {},
): SyncCall {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(options.metadata ?? {})) metadata.set(name, value);
  const call = client.makeServerStreamRequest(
    SYNC_FLAGS,
    serialiseRequest,
    (bytes: Buffer) => fromBinary(SyncFlagsResponseSchema, bytes).flagConfiguration,
    options.fields ?? {},
    metadata,
    options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs },
  );
  const arrived: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  call.on("data", (text: string) => {
    const take = waiting.shift();
    if (take) take(text);
    else arrived.push(text);
  });
  const failure = new Promise<grpc.ServiceError>((resolve) => call.once("error", resolve));
  const headers = new Promise<grpc.Metadata>((resolve) => call.once("metadata", resolve));
  return {
    call,
    failure,
    headers,
    next: () => {
      const text = arrived.shift();
      if (text !== undefined) return Promise.resolve(text);
      return new Promise((resolve, reject) => {
        waiting.push(resolve);
        void failure.then(reject);
      });
    },
  };
}

/** A plain HTTP/2 session that is closed after the test. */
export function rawSession(url: string): ClientHttp2Session {
  const session = connect(url);
  session.on("error", () => undefined);
  cleanUp(() => session.destroy());
  return session;
}

/** Resolves when all that was sent to a session before has been read by it: a ping of its own came back behind it. */
export function roundTrip(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve())));
}

/** What a raw call got back. */
export interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends bytes as they are to SyncFlags (or another path) and waits for the end of the answer. */
export function rawCall(
  session: ClientHttp2Session,
  body: Buffer | undefined,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": SYNC_FLAGS,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    let answered: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on("response", (got) => {
      answered = got;
    });
    stream.on("trailers", (got) => {
      trailers = got;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => resolve({ headers: answered, trailers, body: Buffer.concat(chunks) }));
    stream.on("error", reject);
    stream.end(body);
  });
}

/** Opens SyncFlags with a good key on a raw stream, which nobody reads yet. */
export function openRaw(
  session: ClientHttp2Session,
  headers: Record<string, string> = {},
): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": SYNC_FLAGS,
    "content-type": "application/grpc",
    "x-environment-key": GOOD_KEY,
    ...headers,
  });
  stream.end(frameOf(serialiseRequest({})));
  return stream;
}

/** The bytes of a connection that opens SyncFlags and lets the server send without any limit: only TCP holds it back. */
export function boundlessRequest(): Buffer {
  const window = Buffer.from([0x7f, 0xff, 0xff, 0xff]);
  const rest = Buffer.alloc(4);
  rest.writeUInt32BE(2 ** 31 - 1 - 65_535);
  return Buffer.concat([
    MAGIC,
    http2Frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), window])),
    http2Frame(FRAME.windowUpdate, 0, 0, rest),
    http2Frame(FRAME.headers, END_HEADERS, 1, headerBlock(syncFlagsHeaders())),
    http2Frame(FRAME.data, END_STREAM, 1, frameOf(serialiseRequest({}))),
  ]);
}
