import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { SyncFlagsRequestSchema, SyncFlagsResponseSchema } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { observe } from "../record/observe.ts";
import type { Follower, FollowerOptions, OpenRecording } from "./follower.ts";

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 500;

/**
 * Follows as an in-process flagd provider does: one SyncFlags stream on a connection of its own, opened again with
 * growing delays whenever it ends.
 */
export class StreamFollower implements Follower {
  readonly #options: FollowerOptions;
  readonly #recordings: OpenRecording[] = [];
  #client: grpc.Client;
  #call: grpc.ClientReadableStream<string> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#client = this.#connect();
    this.#open();
  }

  get recordings(): readonly OpenRecording[] {
    return this.#recordings;
  }

  reconnect(): void {
    this.#client.close();
    this.#client = this.#connect();
    // The stream ends with CANCELLED, and its end opens the next.
    this.#call?.cancel();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#call?.cancel();
    this.#client.close();
  }

  #connect(): grpc.Client {
    return new grpc.Client(`127.0.0.1:${this.#options.port}`, grpc.credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.initial_reconnect_backoff_ms": FIRST_RETRY_MS,
      "grpc.min_reconnect_backoff_ms": FIRST_RETRY_MS,
      "grpc.max_reconnect_backoff_ms": LAST_RETRY_MS,
    });
  }

  #open(): void {
    const { name: follower, environment, key, always } = this.#options;
    const metadata = new grpc.Metadata();
    metadata.set("x-environment-key", key);
    const recording: OpenRecording = {
      follower,
      kind: "stream",
      environment,
      openedAtMs: Date.now(),
      seen: [],
    };
    const call = this.#client.makeServerStreamRequest(
      "/flagd.sync.v1.FlagSyncService/SyncFlags",
      (fields: object) =>
        Buffer.from(toBinary(SyncFlagsRequestSchema, create(SyncFlagsRequestSchema, fields))),
      (bytes: Buffer) => fromBinary(SyncFlagsResponseSchema, bytes).flagConfiguration,
      {},
      metadata,
    );
    this.#call = call;
    this.#recordings.push(recording);
    call.on("data", (text: string) => {
      this.#failures = 0;
      recording.seen.push(observe(text, Date.now(), always));
    });
    call.on("error", () => undefined);
    call.once("status", ({ code, details }) => {
      recording.end = { atMs: Date.now(), code, details };
      if (this.#closed) return;
      const delayMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
      this.#failures += 1;
      this.#retry = setTimeout(() => this.#open(), delayMs);
    });
  }
}
