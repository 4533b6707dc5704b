import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from "node:http2";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { SyncFlagsRequestSchema, SyncFlagsResponseSchema } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
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

/** An HTTP/2 frame (RFC 9113, section 4.1). */
const http2Frame = (type: number, flags: number, streamId: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
};

/** A header as a literal that is not indexed (RFC 7541, section 6.2.2). */
const literal = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

/** The bytes of a connection that opens SyncFlags and lets the server send without any limit: only TCP holds it back. */
export function boundlessRequest(): Buffer {
  const window = Buffer.from([0x7f, 0xff, 0xff, 0xff]);
  const rest = Buffer.alloc(4);
  rest.writeUInt32BE(2 ** 31 - 1 - 65_535);
  const headers = [
    literal(":method", "POST"),
    literal(":scheme", "http"),
    literal(":path", SYNC_FLAGS),
    literal(":authority", "localhost"),
    literal("content-type", "application/grpc"),
    literal("te", "trailers"),
    literal("x-environment-key", GOOD_KEY),
  ];
  return Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    http2Frame(4, 0, 0, Buffer.concat([Buffer.from([0, 4]), window])),
    http2Frame(8, 0, 0, rest),
    http2Frame(1, 4, 1, Buffer.concat(headers)),
    http2Frame(0, 1, 1, frameOf(serialiseRequest({}))),
  ]);
}
