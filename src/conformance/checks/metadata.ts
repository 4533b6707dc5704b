import { isDeepStrictEqual } from "node:util";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { GetMetadataRequestSchema, GetMetadataResponseSchema } from "../../gen/flagd/sync/v1/sync_pb.ts";
import { baseline } from "../baseline.ts";
import { type Bench, pathOf } from "../bench.ts";
import { endedWith, endInWords } from "../client/status.ts";
import type { Requirement } from "../requirement.ts";
import { demand, needs } from "../verdict.ts";

/** Asks for the metadata as the Python provider does: before anything else and without any header. */
async function withoutCredentials(bench: Bench) {
  const connection = await bench.connect();
  const call = connection.call({
    path: pathOf("getMetadata"),
    metadata: {},
    message: toBinary(GetMetadataRequestSchema, create(GetMetadataRequestSchema)),
  });
  const end = await call.ended(bench.timing.answerWithinMs);
  const [message] = call.messages;
  return { end, response: message && fromBinary(GetMetadataResponseSchema, message.bytes) };
}

async function asksNoCredentials(bench: Bench): Promise<string> {
  const { end } = await bench.once(withoutCredentials);
  demand(endedWith(end, "OK", "UNIMPLEMENTED"), endInWords(end));
  return endInWords(end);
}

async function answered(bench: Bench) {
  const { end, response } = await bench.once(withoutCredentials);
  needs(!endedWith(end, "UNIMPLEMENTED"), "GetMetadata is UNIMPLEMENTED");
  needs(response !== undefined && endedWith(end, "OK"), "META-001 failed");
  return response;
}

async function holdsMetadata(bench: Bench): Promise<string> {
  const { metadata } = await answered(bench);
  demand(metadata !== undefined, "the answer has no metadata");
  return `${Object.keys(metadata).length} values`;
}

async function agreesWithContext(bench: Bench): Promise<string> {
  const { syncContext } = await baseline(bench);
  needs(syncContext !== undefined, "the server sends no sync_context");
  const { metadata } = await answered(bench);
  needs(metadata !== undefined, "META-002 failed");
  const seen = `sync_context ${JSON.stringify(syncContext)}, metadata ${JSON.stringify(metadata)}`;
  demand(isDeepStrictEqual(syncContext, metadata), seen);
  return seen;
}

/** GetMetadata, and the sync_context that took its place. */
export const METADATA: readonly Requirement[] = [
  {
    id: "META-001",
    title: "GetMetadata asks for no credentials: it answers, or is UNIMPLEMENTED",
    level: "must",
    source:
      "openfeature-provider-flagd 0.6.1 (Python) calls it first and bare; refused, it never opens SyncFlags",
    phase: "quiet",
    check: asksNoCredentials,
  },
  {
    id: "META-002",
    title: "An answer of GetMetadata has its metadata set, be it empty",
    level: "must",
    source: "openfeature-provider-flagd 0.6.1 (Python): without it, its worker dies of a KeyError",
    phase: "quiet",
    check: holdsMetadata,
  },
  {
    id: "META-003",
    title: "sync_context and GetMetadata say the same",
    level: "should",
    source: "flagd.sync.v1, GetMetadata: superseded by sync_context, which holds the same; flagd 0.16.1",
    phase: "quiet",
    check: agreesWithContext,
  },
];
