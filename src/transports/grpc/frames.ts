import { gzipSync } from "node:zlib";
import type { Revision } from "../../model/revision.ts";

/** The five bytes before every gRPC message: compressed or not, and the length. */
export const PREFIX_BYTES = 5;

/** Tag of field 1, length-delimited: `flag_configuration` of SyncFlagsResponse. */
const FLAG_CONFIGURATION_TAG = 0x0a;

/** Fastest level: the frame is zipped once, but while it is no other stream is served. */
const GZIP_LEVEL = 1;

interface Frames {
  readonly plain: Buffer;
  zipped: Buffer | undefined;
}

const framesByRevision = new WeakMap<Revision, Frames>();

function framesOf(revision: Revision): Frames {
  let frames = framesByRevision.get(revision);
  if (frames === undefined) {
    frames = { plain: encodeFrame(revision.bytes), zipped: undefined };
    framesByRevision.set(revision, frames);
  }
  return frames;
}

/**
 * The whole gRPC frame of a revision: the same Buffer for every stream (design decision 1), never to be written to.
 */
export function plainFrame(revision: Revision): Buffer {
  return framesOf(revision).plain;
}

/** The same frame with its message gzipped, made when it is first asked for. */
export function gzipFrame(revision: Revision): Buffer {
  const frames = framesOf(revision);
  frames.zipped ??= prefixed(1, gzipSync(frames.plain.subarray(PREFIX_BYTES), { level: GZIP_LEVEL }));
  return frames.zipped;
}

function encodeFrame(document: Buffer): Buffer {
  const head = [FLAG_CONFIGURATION_TAG];
  let length = document.length;
  while (length > 0x7f) {
    head.push((length & 0x7f) | 0x80);
    length >>>= 7;
  }
  head.push(length);
  return prefixed(0, Buffer.from(head), document);
}

function prefixed(compressed: 0 | 1, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(compressed, 0);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, ...parts]);
}
