import { gunzipSync, gzipSync } from "node:zlib";

/** The bytes before every message: compressed or not, and the length (grpc: doc/PROTOCOL-HTTP2.md). */
const PREFIX_BYTES = 5;

/** A message as it came. */
export interface ReceivedMessage {
  /** Uncompressed. */
  readonly bytes: Buffer;
  readonly compressed: boolean;
  /** Milliseconds since the call was sent. */
  readonly afterMs: number;
}

/** Puts a message into its frame. */
export function frameOf(message: Uint8Array, { gzip = false }: { readonly gzip?: boolean } = {}): Buffer {
  const body = gzip ? gzipSync(message) : message;
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(gzip ? 1 : 0);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

/** Takes the bytes of a stream apart into messages. Throws at what is no frame, or cannot be uncompressed. */
export class FrameReader {
  readonly #chunks: Buffer[] = [];
  #held = 0;
  /** Bytes of the frame that is coming, as far as they are known. */
  #wanted = PREFIX_BYTES;

  /** Adds bytes and gives the messages that are whole by now. */
  push(chunk: Buffer, encoding: string | undefined): Omit<ReceivedMessage, "afterMs">[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    const messages: Omit<ReceivedMessage, "afterMs">[] = [];
    while (this.#held >= this.#wanted) {
      const held = Buffer.concat(this.#chunks.splice(0));
      const flag = held.readUInt8(0);
      const end = PREFIX_BYTES + held.readUInt32BE(1);
      if (flag > 1) throw new Error(`a frame has the flag ${flag}`);
      if (held.length < end) {
        this.#chunks.push(held);
        this.#wanted = end;
        break;
      }
      messages.push(opened(held.subarray(PREFIX_BYTES, end), flag === 1, encoding));
      this.#chunks.push(held.subarray(end));
      this.#held -= end;
      this.#wanted = PREFIX_BYTES;
    }
    return messages;
  }
}

function opened(
  body: Buffer,
  compressed: boolean,
  encoding: string | undefined,
): Omit<ReceivedMessage, "afterMs"> {
  if (compressed && encoding !== "gzip") {
    throw new Error(`a message is marked compressed, with grpc-encoding ${encoding ?? "not sent"}`);
  }
  return { bytes: compressed ? gunzipSync(body) : body, compressed };
}
