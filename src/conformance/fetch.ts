import { fromBinary } from "@bufbuild/protobuf";
import { FetchAllFlagsResponseSchema } from "../gen/flagd/sync/v1/sync_pb.ts";
import type { Asked, Bench } from "./bench.ts";
import { endedWith, endInWords } from "./client/status.ts";
import { demand, needs } from "./verdict.ts";

/** The document that FetchAllFlags answers. Skips the check where the method is not offered. */
export async function fetchDocument(bench: Bench, asked: Asked = {}): Promise<string> {
  const call = await bench.fetchAll(asked);
  const end = await call.ended(bench.timing.answerWithinMs);
  needs(!endedWith(end, "UNIMPLEMENTED"), "FetchAllFlags is UNIMPLEMENTED");
  const [message] = call.messages;
  demand(endedWith(end, "OK") && message !== undefined, `FetchAllFlags: ${endInWords(end)}`);
  return fromBinary(FetchAllFlagsResponseSchema, message.bytes).flagConfiguration;
}
