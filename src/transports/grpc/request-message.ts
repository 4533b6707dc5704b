import type { ServerHttp2Stream } from "node:http2";
import { gunzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type SyncFlagsRequest, SyncFlagsRequestSchema } from "../../gen/flagd/sync/v1/sync_pb.ts";
import { messageOf } from "../../support/errors.ts";

/** The five bytes before every gRPC message: compressed or not, and the length. */
const PREFIX_BYTES = 5;

/**
 * Bytes that a request may have, zipped or not: ours hold two short strings. Whoever asks needs no key to make us hold so much,
 * for every stream of a connection.
 */
export const MAX_REQUEST_BYTES = 16 * 1024;

/** The request in a message; fails as a server of gRPC does on one that is none. */
export function decodeRequest(message: Uint8Array): SyncFlagsRequest {
  try {
    return fromBinary(SyncFlagsRequestSchema, message);
  } catch (thrown) {
    throw new ConnectError(`the request is no SyncFlagsRequest: ${messageOf(thrown)}`, Code.Internal);
  }
}

/**
 * Reads the one request message of a call from its raw stream, then lets the rest flow away. Rejects with the status that
 * gRPC's statuscodes.md names for each fault. If the stream closes first it neither resolves nor rejects.
 */
export function readRequestMessage(
  stream: ServerHttp2Stream,
  encoding: string | undefined,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const held = new GrowingBuffer();
    const settle = (): void => {
      stream.off("data", take);
      stream.off("end", lacking);
    };
    const take = (chunk: Buffer): void => {
      held.add(chunk);
      try {
        const message = openMessage(held.bytes(), encoding);
        if (message === undefined) return;
        settle();
        resolve(message);
      } catch (thrown) {
        settle();
        reject(thrown);
      }
    };
    const lacking = (): void => {
      settle();
      reject(
        held.bytes().length === 0
          ? new ConnectError("the call has no request message", Code.Unimplemented)
          : new ConnectError("the request ends in the middle of a message", Code.Internal),
      );
    };
    stream.on("data", take);
    stream.on("end", lacking);
  });
}

/** Takes any number of small chunks without copying what it has each time, nor keeping the chunks' own memory. */
class GrowingBuffer {
  #space: Buffer = Buffer.alloc(0);
  #length = 0;

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#space.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#space.length));
      this.#space.copy(larger, 0, 0, this.#length);
      this.#space = larger;
    }
    chunk.copy(this.#space, this.#length);
    this.#length = length;
  }

  bytes(): Buffer {
    return this.#space.subarray(0, this.#length);
  }
}

/** The message in `held` once it is whole. */
function openMessage(held: Buffer, encoding: string | undefined): Uint8Array | undefined {
  if (held.length < PREFIX_BYTES) return undefined;
  const flag = held.readUInt8(0);
  const length = held.readUInt32BE(1);
  if (flag > 1) throw new ConnectError(`the request's frame has flag ${flag}`, Code.Internal);
  if (length > MAX_REQUEST_BYTES) throw tooLarge();
  const whole = PREFIX_BYTES + length;
  if (held.length < whole) return undefined;
  if (held.length > whole)
    throw new ConnectError("the call has more than one request message", Code.Unimplemented);
  const body = held.subarray(PREFIX_BYTES);
  return flag === 0 ? body : unzip(body, encoding);
}

function unzip(body: Buffer, encoding: string | undefined): Uint8Array {
  if (encoding !== "gzip") {
    throw new ConnectError("the request is marked compressed but names no encoding", Code.Internal);
  }
  try {
    return gunzipSync(body, { maxOutputLength: MAX_REQUEST_BYTES });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw tooLarge();
    throw new ConnectError(`the request cannot be unzipped: ${messageOf(thrown)}`, Code.Internal);
  }
}

function tooLarge(): ConnectError {
  return new ConnectError(`the request is larger than ${MAX_REQUEST_BYTES} bytes`, Code.ResourceExhausted);
}
