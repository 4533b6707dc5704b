/** The bytes of HTTP/2 that a SyncFlags client sends, made by hand: a client of thousands of streams must cost next to nothing. */

function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** A header that is not indexed (RFC 7541, section 6.2.2); names and values below 127 bytes. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A connection that opens SyncFlags with a flow-control window of `window` bytes, of the stream and of the connection. */
export function syncFlagsRequest(options: {
  readonly key: string;
  readonly window: number;
  readonly gzip?: boolean;
}): Buffer {
  const headers = [
    literal(":method", "POST"),
    literal(":scheme", "http"),
    literal(":path", "/flagd.sync.v1.FlagSyncService/SyncFlags"),
    literal(":authority", "bench"),
    literal("content-type", "application/grpc"),
    literal("te", "trailers"),
    literal("x-environment-key", options.key),
    ...(options.gzip ? [literal("grpc-accept-encoding", "gzip")] : []),
  ];
  return Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    frame(4, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(options.window)])),
    ...(options.window > 65_535 ? [frame(8, 0, 0, uint32(options.window - 65_535))] : []),
    frame(1, 4, 1, Buffer.concat(headers)),
    frame(0, 1, 1, Buffer.alloc(5)),
  ]);
}

/** Ends the stream of {@link syncFlagsRequest} with CANCEL, as a client does that lost interest. */
export const CANCEL_STREAM = frame(3, 0, 1, uint32(8));

/** The answer to the server's settings. */
export const SETTINGS_ACK = frame(4, 1, 0, Buffer.alloc(0));

/** The answer to a ping. */
export function pingAck(payload: Buffer): Buffer {
  return frame(6, 1, 0, payload);
}
