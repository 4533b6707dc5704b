import type { Bench } from "./bench.ts";
import type { Connection } from "./client/connection.ts";
import type { CallEnd } from "./client/status.ts";
import type { SyncMessage, SyncStream } from "./client/sync-stream.ts";
import { isObject, type JsonObject, parsed } from "./documents.ts";
import { NotApplicable, needs, Violation } from "./verdict.ts";

/** What flagd itself sends with every call (flagd 0.16.1). */
export const ACCEPT_GZIP: Readonly<Record<string, string>> = { "grpc-accept-encoding": "gzip" };

/** A stream opened as flagd opens it, with its first message. */
export interface Opened {
  readonly connection: Connection;
  readonly stream: SyncStream;
  readonly first: SyncMessage;
}

/** Opens SyncFlags and waits for the first message. Throws a {@link Violation} with what came in its place. */
export async function open(bench: Bench, asked: Parameters<Bench["sync"]>[0] = {}): Promise<Opened> {
  const connection = await bench.connect();
  const stream = await bench.sync(asked, connection);
  const first = await stream.message(0, bench.timing.answerWithinMs);
  if (typeof first === "string") throw new Violation(`in place of a first message: ${first}`);
  return { connection, stream, first };
}

/** How a stream ended while nothing should happen; `undefined`: it is open. What was sent before a ping is seen before its answer. */
export async function endInQuiet(
  bench: Bench,
  connection: Connection,
  stream: SyncStream,
): Promise<CallEnd | undefined> {
  await stream.call.ended(bench.timing.quietMs);
  await connection.ping(bench.timing.answerWithinMs);
  return stream.end;
}

/** The first stream of the run; whether it comes is what SYNC-001 judges. */
export function openAsFlagd(bench: Bench): Promise<Opened> {
  return open(bench, { metadata: ACCEPT_GZIP });
}

/** The document that all others are compared with. Skips the check if there is none. */
export async function baseline(bench: Bench): Promise<SyncMessage> {
  return (await bench.given(openAsFlagd, "SYNC-001")).first;
}

/** That document as JSON. Skips the check if it is none. */
export async function baselineDocument(bench: Bench): Promise<JsonObject> {
  const document = parsed((await baseline(bench)).text);
  needs(isObject(document), "DOC-001 failed");
  return document;
}

/** The flags of that document, by their keys. */
export async function baselineFlags(bench: Bench): Promise<readonly (readonly [string, JsonObject])[]> {
  const { flags } = await baselineDocument(bench);
  needs(isObject(flags), "the flags are not an object with keys");
  return Object.entries(flags).flatMap(([key, flag]) => (isObject(flag) ? [[key, flag] as const] : []));
}

/** A selector that the server knows: the one that was given, else the document's own flag set. */
export async function knownSelector(bench: Bench): Promise<string> {
  const given = bench.settings.selector;
  if (given !== undefined) return given;
  const { metadata } = await baselineDocument(bench);
  const id = isObject(metadata) ? metadata.flagSetId : undefined;
  if (typeof id !== "string" || id === "") {
    throw new NotApplicable("the document names no flag set, and no --selector was given");
  }
  return `flagSetId=${id}`;
}

/** The same, for a header: those take ASCII alone. */
export async function knownSelectorHeader(bench: Bench): Promise<string> {
  const selector = await knownSelector(bench);
  needs(/^[\x20-\x7e]*$/.test(selector), "the selector is not ASCII, so no header can carry it");
  return selector;
}
