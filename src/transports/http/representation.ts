import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Revision } from "../../model/revision.ts";
import type { ContentCoding } from "./accept-encoding.ts";

/** Bodies shorter than this go as they are: the headers would outweigh what is saved. */
const SMALLEST_COMPRESSED_BYTES = 1_024;

/** A body is made once per revision and served many times; still, the first reader waits for it. */
const GZIP_LEVEL = 6;
const BROTLI_QUALITY = 5;

const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);

/** The coding that a body of this size is really sent in. */
export function effectiveCoding(bytes: number, wished: ContentCoding): ContentCoding {
  return bytes < SMALLEST_COMPRESSED_BYTES ? "identity" : wished;
}

/** The body in a coding, off the main thread. */
export function encodeBody(body: Buffer, coding: ContentCoding): Promise<Buffer> {
  switch (coding) {
    case "gzip":
      return gzipAsync(body, { level: GZIP_LEVEL });
    case "br":
      return brotliAsync(body, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
        },
      });
    case "identity":
      return Promise.resolve(body);
  }
}

const encodedDocuments = new WeakMap<Revision, Map<ContentCoding, Promise<Buffer>>>();

/** The document of a revision in a coding, made once however many ask. The plain one is the revision's own to keep. */
export function encodedDocument(revision: Revision, coding: ContentCoding): Promise<Buffer> {
  if (coding === "identity") return Promise.resolve(revision.document.bytes());
  const codings = encodedDocuments.get(revision) ?? new Map<ContentCoding, Promise<Buffer>>();
  encodedDocuments.set(revision, codings);
  const encoded = codings.get(coding) ?? encodeBody(revision.document.bytes(), coding);
  codings.set(coding, encoded);
  return encoded;
}
