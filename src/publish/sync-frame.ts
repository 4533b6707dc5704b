/** The five bytes before every gRPC message: compressed or not, and the length. */
export const FRAME_PREFIX_BYTES = 5;

/** Tag of field 1, length-delimited: `flag_configuration` of flagd.sync.v1's SyncFlagsResponse. */
const FLAG_CONFIGURATION_TAG = 0x0a;

/** A frame into whose end the document is yet to be written. */
export interface OpenFrame {
  readonly frame: Buffer;
  /** Where the document begins. */
  readonly documentAt: number;
}

/**
 * A gRPC frame of a SyncFlagsResponse with room for a document of `size` bytes. Documents are written where they are sent
 * from, so that there is never a second copy of one. Outside of Node's pool: a kept frame must not keep its neighbours.
 */
export function openFrame(size: number): OpenFrame {
  const head = [FLAG_CONFIGURATION_TAG];
  let left = size;
  while (left > 0x7f) {
    head.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  head.push(left);
  const documentAt = FRAME_PREFIX_BYTES + head.length;
  const frame = Buffer.allocUnsafeSlow(documentAt + size);
  writePrefix(frame, 0);
  frame.set(head, FRAME_PREFIX_BYTES);
  return { frame, documentAt };
}

/** A whole frame of a message that is gzipped already. */
export function zippedFrameOf(zippedMessage: Buffer): Buffer {
  const frame = Buffer.allocUnsafeSlow(FRAME_PREFIX_BYTES + zippedMessage.length);
  writePrefix(frame, 1);
  zippedMessage.copy(frame, FRAME_PREFIX_BYTES);
  return frame;
}

function writePrefix(frame: Buffer, compressed: 0 | 1): void {
  frame.writeUInt8(compressed, 0);
  frame.writeUInt32BE(frame.length - FRAME_PREFIX_BYTES, 1);
}
