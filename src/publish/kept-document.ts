import { gunzipSync, gzip, gzipSync } from "node:zlib";
import type { RevisionDocument } from "../model/revision.ts";
import { FRAME_PREFIX_BYTES, openFrame, zippedFrameOf } from "./sync-frame.ts";

/** Fastest level: while the first gzip client of a revision waits, no other stream is served. */
const GZIP = { level: 1 } as const;

/**
 * A document, kept as the frame that SyncFlags sends; its bytes are a view into that, and at rest only the zipped frame is
 * kept, which clients that take gzip are sent as it is.
 */
export class KeptDocument implements RevisionDocument {
  readonly size: number;
  #plain: Buffer | undefined;
  /** While something else still uses the plain frame (a socket that writes it), it need not be made anew. */
  #known: WeakRef<Buffer>;
  #zipped: Buffer | undefined;
  #resting = false;

  /** @param frame from {@link openFrame}, with the document of `size` bytes at its end. */
  constructor(frame: Buffer, size: number) {
    this.size = size;
    this.#plain = frame;
    this.#known = new WeakRef(frame);
  }

  /** See {@link RevisionDocument.bytes}. */
  bytes(): Buffer {
    const frame = this.frame();
    return frame.subarray(frame.length - this.size);
  }

  /** See {@link RevisionDocument.frame}. */
  frame(): Buffer {
    const known = this.#plain ?? this.#known.deref();
    if (known !== undefined) return known;
    const frame = this.#unzip();
    this.#known = new WeakRef(frame);
    return frame;
  }

  /** See {@link RevisionDocument.zippedFrame}. */
  zippedFrame(): Buffer {
    this.#zipped ??= zippedFrameOf(gzipSync(this.frame().subarray(FRAME_PREFIX_BYTES), GZIP));
    return this.#zipped;
  }

  /** See {@link RevisionDocument.rest}. Zips off the main thread; whoever asks meanwhile is served as before. */
  rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    if (this.#zipped !== undefined) {
      this.#plain = undefined;
      return;
    }
    gzip(this.frame().subarray(FRAME_PREFIX_BYTES), GZIP, (error, zipped) => {
      if (error) return;
      this.#zipped ??= zippedFrameOf(zipped);
      this.#plain = undefined;
    });
  }

  #unzip(): Buffer {
    const { frame } = openFrame(this.size);
    const zipped = this.zippedFrame().subarray(FRAME_PREFIX_BYTES);
    gunzipSync(zipped, { chunkSize: frame.length }).copy(frame, FRAME_PREFIX_BYTES);
    return frame;
  }
}

/** A document of this text; the text is encoded straight into the frame. */
export function keepDocument(...texts: readonly string[]): KeptDocument {
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text, "utf8"), 0);
  const { frame, documentAt } = openFrame(size);
  let at = documentAt;
  for (const text of texts) at += frame.write(text, at, "utf8");
  return new KeptDocument(frame, size);
}
