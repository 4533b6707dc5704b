import { connect, type Socket } from "node:net";
import { cleanUp, soon } from "./harness.ts";

/** What a client sends first (RFC 9113, section 3.4). */
export const MAGIC = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Types of frames (RFC 9113, section 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;

/** An HTTP/2 frame (RFC 9113, section 4.1). */
export function http2Frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** An integer with a prefix of 7 bits (RFC 7541, section 5.1). */
function prefixed(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let left = value - 127;
  for (; left >= 128; left >>= 7) bytes.push((left & 127) | 128);
  return Buffer.from([...bytes, left]);
}

/** A header as a literal that is not indexed (RFC 7541, section 6.2.2). */
export function literal(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name, "latin1"), Buffer.from(value, "latin1")];
  return Buffer.concat([
    Buffer.from([0]),
    prefixed(nameBytes.length),
    nameBytes,
    prefixed(valueBytes.length),
    valueBytes,
  ]);
}

/** All headers of a call. */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(Object.entries(headers).map(([name, value]) => literal(name, value)));
}

/** A frame that came. */
export interface SeenFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** A TCP connection on which a test writes what it likes. */
export interface RawConnection {
  readonly socket: Socket;
  /** Frames that came so far; only for connections that speak HTTP/2. */
  readonly frames: readonly SeenFrame[];
  /** All bytes that came so far. */
  bytes(): Buffer;
  /** Resolves when one that fulfils the condition has come. */
  seen(condition: (frame: SeenFrame) => boolean): Promise<SeenFrame>;
  readonly closed: Promise<void>;
}

/** Opens one, which is destroyed after the test. */
export async function dial(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true).on("error", () => undefined);
  cleanUp(() => void socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const chunks: Buffer[] = [];
  const frames: SeenFrame[] = [];
  let held: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    held = Buffer.concat([held, chunk]);
    while (held.length >= 9 && held.length >= 9 + held.readUIntBE(0, 3)) {
      const end = 9 + held.readUIntBE(0, 3);
      frames.push({
        type: held.readUInt8(3),
        flags: held.readUInt8(4),
        streamId: held.readUInt32BE(5),
        payload: held.subarray(9, end),
      });
      held = held.subarray(end);
    }
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return {
    socket,
    frames,
    closed,
    bytes: () => Buffer.concat(chunks),
    seen: (condition) =>
      soon(() => {
        const found = frames.find(condition);
        if (found === undefined) throw new Error("no such frame yet");
        return found;
      }),
  };
}

/** The same with HTTP/2's preface behind it. */
export async function dialHttp2(port: number): Promise<RawConnection> {
  const connection = await dial(port);
  connection.socket.write(Buffer.concat([MAGIC, http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0))]));
  await connection.seen(({ type, flags }) => type === FRAME.settings && flags === ACK);
  return connection;
}
