import { create, toBinary } from "@bufbuild/protobuf";
import { SyncFlagsRequestSchema } from "../../gen/flagd/sync/v1/sync_pb.ts";
import { ACCEPT_GZIP, baseline, endInQuiet, open } from "../baseline.ts";
import { type Bench, pathOf } from "../bench.ts";
import { endedWith, endInWords } from "../client/status.ts";
import { SyncStream } from "../client/sync-stream.ts";
import { sameDocument, shortly } from "../documents.ts";
import type { Requirement } from "../requirement.ts";
import { demand, needs } from "../verdict.ts";

/** More than gRPC servers take unless they are told otherwise. */
const LARGE_REQUEST_BYTES = 5 * 1024 * 1024;
/** The longest deadline that the protocol can express. */
const LONGEST_TIMEOUT = "99999999H";

async function endsAtDeadline(bench: Bench): Promise<string> {
  await baseline(bench);
  const { deadlineMs, answerWithinMs } = bench.timing;
  const stream = await bench.sync({ metadata: { "grpc-timeout": `${deadlineMs}m` } });
  const end = await stream.call.ended(deadlineMs + answerWithinMs);
  const reset = end?.kind === "broken" && end.reason.includes("reset");
  demand(reset || endedWith(end, "DEADLINE_EXCEEDED"), endInWords(end));
  return endInWords(end);
}

async function takesLongDeadline(bench: Bench): Promise<string> {
  await baseline(bench);
  const { connection, stream } = await open(bench, { metadata: { "grpc-timeout": LONGEST_TIMEOUT } });
  const end = await endInQuiet(bench, connection, stream);
  demand(end === undefined, endInWords(end));
  stream.call.cancel();
  return `open with a grpc-timeout of ${LONGEST_TIMEOUT}`;
}

async function refusesLarge(bench: Bench): Promise<string> {
  await baseline(bench);
  const connection = await bench.connect();
  const stream = await bench.sync({ selector: "x".repeat(LARGE_REQUEST_BYTES) }, connection);
  const end = await stream.call.ended(bench.timing.answerWithinMs);
  demand(stream.call.messages.length === 0, "it was answered with a document");
  demand(endedWith(end, "RESOURCE_EXHAUSTED"), endInWords(end));
  return endInWords(end);
}

async function compressesOnlyWhenAsked(bench: Bench): Promise<string> {
  await baseline(bench);
  const { stream, first } = await open(bench);
  const encoding = stream.call.headers?.["grpc-encoding"] ?? "identity";
  demand(!first.compressed && encoding === "identity", `grpc-encoding: ${String(encoding)}`);
  return "not compressed";
}

async function compressesFaithfully(bench: Bench): Promise<string> {
  const { text } = await baseline(bench);
  const { stream, first } = await open(bench, { metadata: ACCEPT_GZIP });
  const encoding = stream.call.headers?.["grpc-encoding"];
  needs(first.compressed, `the server does not compress this document (${shortly(first.text)})`);
  const plain = (await open(bench)).first.text;
  demand(sameDocument(first.text, plain), `${shortly(first.text)} zipped, ${shortly(plain)} plain`);
  return `grpc-encoding: ${String(encoding)}, ${shortly(text)}`;
}

async function takesZippedRequest(bench: Bench): Promise<string> {
  await baseline(bench);
  const connection = await bench.connect();
  const call = connection.call({
    path: pathOf("syncFlags"),
    metadata: bench.settings.credentials,
    message: toBinary(SyncFlagsRequestSchema, create(SyncFlagsRequestSchema)),
    gzip: true,
  });
  const stream = new SyncStream(call);
  bench.streams.push(stream);
  const first = await stream.message(0, bench.timing.answerWithinMs);
  if (typeof first !== "string") return "understood";
  demand(endedWith(stream.end, "UNIMPLEMENTED"), first);
  demand(call.headers?.["grpc-accept-encoding"] !== undefined, "UNIMPLEMENTED without grpc-accept-encoding");
  return first;
}

async function refusesUnknownCoding(bench: Bench): Promise<string> {
  await baseline(bench);
  const stream = await bench.sync({ metadata: { "grpc-encoding": "conformance" } });
  const first = await stream.message(0, bench.timing.answerWithinMs);
  // The message itself is not marked compressed, which makes the header harmless: gRPC servers differ.
  if (typeof first !== "string") return "the message was not compressed, and was understood";
  demand(endedWith(stream.end, "UNIMPLEMENTED"), first);
  return first;
}

async function rejectsGarbage(bench: Bench): Promise<string> {
  await baseline(bench);
  const connection = await bench.connect();
  const call = connection.call({
    path: pathOf("syncFlags"),
    metadata: bench.settings.credentials,
    message: Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]),
  });
  const end = await call.ended(bench.timing.answerWithinMs);
  demand(call.messages.length === 0, "it was answered with a message");
  demand(end?.kind === "status" && end.status !== "OK", endInWords(end));
  return endInWords(end);
}

async function knowsNoOtherMethod(bench: Bench): Promise<string> {
  const connection = await bench.connect();
  const call = connection.call({
    path: `${pathOf("syncFlags")}ForConformance`,
    metadata: bench.settings.credentials,
    message: new Uint8Array(),
  });
  const end = await call.ended(bench.timing.answerWithinMs);
  demand(endedWith(end, "UNIMPLEMENTED"), endInWords(end));
  return endInWords(end);
}

const COMPRESSION = "gRPC, compression.md";

/** What the protocol asks of calls: deadlines, sizes, compression, faults. */
export const CALLS: readonly Requirement[] = [
  {
    id: "CALL-001",
    title: "A stream ends with DEADLINE_EXCEEDED, or is reset, when the client's own deadline has passed",
    level: "should",
    source:
      "gRPC, PROTOCOL-HTTP2.md, grpc-timeout; providers end streams every 10 minutes so (streamDeadlineMs)",
    phase: "quiet",
    check: endsAtDeadline,
  },
  {
    id: "CALL-002",
    title: "The longest deadline that can be expressed is none that has passed",
    level: "should",
    source: "gRPC, PROTOCOL-HTTP2.md: eight digits and a unit up to hours; timers of some runtimes overflow",
    phase: "quiet",
    check: takesLongDeadline,
  },
  {
    id: "CALL-003",
    title: "A request of 5 MiB is RESOURCE_EXHAUSTED",
    level: "should",
    source: "gRPC: servers take 4 MiB unless told otherwise; a request holds two short texts",
    phase: "quiet",
    check: refusesLarge,
  },
  {
    id: "CALL-004",
    title: "Nothing is compressed for a client that sends no grpc-accept-encoding",
    level: "must",
    source: COMPRESSION,
    phase: "quiet",
    check: compressesOnlyWhenAsked,
  },
  {
    id: "CALL-005",
    title: "A compressed message is gzip, is named so, and holds the same document",
    level: "must",
    source: `${COMPRESSION}; flagd 0.16.1 accepts gzip alone`,
    phase: "quiet",
    check: compressesFaithfully,
  },
  {
    id: "CALL-006",
    title: "A gzipped request is understood, or UNIMPLEMENTED with grpc-accept-encoding",
    level: "should",
    source: COMPRESSION,
    phase: "quiet",
    check: takesZippedRequest,
  },
  {
    id: "CALL-007",
    title: "An unknown grpc-encoding is UNIMPLEMENTED, or harmless where the message is not compressed",
    level: "should",
    source: COMPRESSION,
    phase: "quiet",
    check: refusesUnknownCoding,
  },
  {
    id: "CALL-008",
    title: "A request that is no SyncFlagsRequest gets an error",
    level: "must",
    source: "gRPC, statuscodes.md: a request that cannot be read is an error of the call",
    phase: "quiet",
    check: rejectsGarbage,
  },
  {
    id: "CALL-009",
    title: "An unknown method is UNIMPLEMENTED",
    level: "must",
    source: "gRPC, statuscodes.md and http-grpc-status-mapping.md",
    phase: "quiet",
    check: knowsNoOtherMethod,
  },
];
