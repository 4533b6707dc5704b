import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { sha256Hex } from "../support/secrets.ts";

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/**
 * A file is three lines and a body: a mark with the version of the format and the SHA-256 of all that follows, a short
 * line of JSON that says what the file is, one with whatever else belongs to it, and the gzipped body.
 */
const MARK = "flagsmith-flagd-state";
const FORMAT = 1;
const MARK_LINE = /^flagsmith-flagd-state (\d{1,9}) ([0-9a-f]{64})$/;
const NEWLINE = 0x0a;

/** A body that is larger was not written by us. */
const LARGEST_BODY_BYTES = 1_000_000_000;

/** Fastest level: the body is kept for an outage, not sent. */
const GZIP = { level: 1 } as const;

/** What a file holds. */
export interface StateFileContent {
  /** What the file is; short, since it is read alone to decide whether the file must be written anew. */
  readonly head: unknown;
  readonly details: unknown;
  readonly body: Buffer;
}

/** Why a file is not believed. `newer`: a later release wrote it. */
export type StateFileFault = "corrupt" | "newer";

/** Gives the bytes of a file. Zips off the main thread. */
export async function encodeStateFile({ head, details, body }: StateFileContent): Promise<Buffer> {
  const lines = Buffer.from(`${JSON.stringify(head)}\n${JSON.stringify(details)}\n`);
  const rest = Buffer.concat([lines, await zip(body, GZIP)]);
  return Buffer.concat([Buffer.from(`${MARK} ${FORMAT} ${sha256Hex(rest)}\n`), rest]);
}

/** Reads a whole file and believes it only if every byte is as it was written. */
export async function decodeStateFile(file: Buffer): Promise<StateFileContent | StateFileFault> {
  const mark = readMark(file);
  if (typeof mark === "string") return mark;
  if (sha256Hex(file.subarray(mark.end)) !== mark.checksum) return "corrupt";
  const headEnd = file.indexOf(NEWLINE, mark.end);
  const detailsEnd = file.indexOf(NEWLINE, headEnd + 1);
  if (headEnd < 0 || detailsEnd < 0) return "corrupt";
  try {
    return {
      head: JSON.parse(file.toString("utf8", mark.end, headEnd)),
      details: JSON.parse(file.toString("utf8", headEnd + 1, detailsEnd)),
      body: await unzip(file.subarray(detailsEnd + 1), { maxOutputLength: LARGEST_BODY_BYTES }),
    };
  } catch {
    return "corrupt";
  }
}

/** Reads what a file claims to be from its first bytes, without a check: good for comparing, not for serving. */
export function peekStateFile(start: Buffer): { readonly head: unknown } | StateFileFault {
  const mark = readMark(start);
  if (typeof mark === "string") return mark;
  const headEnd = start.indexOf(NEWLINE, mark.end);
  if (headEnd < 0) return "corrupt";
  try {
    return { head: JSON.parse(start.toString("utf8", mark.end, headEnd)) };
  } catch {
    return "corrupt";
  }
}

function readMark(file: Buffer): { readonly checksum: string; readonly end: number } | StateFileFault {
  const end = file.indexOf(NEWLINE) + 1;
  const [, format, checksum] = MARK_LINE.exec(file.toString("latin1", 0, Math.max(0, end - 1))) ?? [];
  if (format === undefined || checksum === undefined) return newerMark(file) ? "newer" : "corrupt";
  if (Number(format) > FORMAT) return "newer";
  return Number(format) === FORMAT ? { checksum, end } : "corrupt";
}

/** A later format keeps the mark and the number, and may change all else. */
function newerMark(file: Buffer): boolean {
  const [, format] = /^flagsmith-flagd-state (\d{1,9})\b/.exec(file.toString("latin1", 0, 64)) ?? [];
  return Number(format) > FORMAT;
}
