import { fromBinary, type JsonObject } from "@bufbuild/protobuf";
import { SyncFlagsResponseSchema } from "../../gen/flagd/sync/v1/sync_pb.ts";
import { messageOf } from "../../support/errors.ts";
import type { Call } from "./call.ts";
import type { ReceivedMessage } from "./frames.ts";
import { type CallEnd, endInWords } from "./status.ts";

/** A message of SyncFlags, read. */
export interface SyncMessage {
  readonly text: string;
  readonly syncContext: JsonObject | undefined;
  readonly afterMs: number;
  readonly compressed: boolean;
  /** Bytes of the message, uncompressed: what clients hold their limit against. */
  readonly size: number;
}

/** A SyncFlags call, with its messages read. */
export class SyncStream {
  readonly call: Call;

  constructor(call: Call) {
    this.call = call;
  }

  /** All that came so far, in order. Throws at what is no SyncFlagsResponse. */
  get messages(): readonly SyncMessage[] {
    return this.call.messages.map(readMessage);
  }

  /** The message of this number within the time; else what came in its place, in words. */
  async message(index: number, withinMs: number): Promise<SyncMessage | string> {
    const found = await this.call.message(index, withinMs);
    if (found === undefined) return `nothing within ${withinMs} ms`;
    if ("kind" in found) return endInWords(found);
    return readMessage(found);
  }

  /** How the server ended it; `undefined`: it is open. */
  get end(): CallEnd | undefined {
    return this.call.end;
  }
}

function readMessage({ bytes, afterMs, compressed }: ReceivedMessage): SyncMessage {
  try {
    const { flagConfiguration, syncContext } = fromBinary(SyncFlagsResponseSchema, bytes);
    return { text: flagConfiguration, syncContext, afterMs, compressed, size: bytes.length };
  } catch (thrown) {
    throw new Error(`a message is no SyncFlagsResponse: ${messageOf(thrown)}`);
  }
}
