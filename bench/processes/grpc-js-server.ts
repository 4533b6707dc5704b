/** The obvious server on @grpc/grpc-js: a list of calls, and `call.write` of the message to each. */
import { create, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { SyncFlagsResponseSchema } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { answerQuestions } from "./answer.ts";

type Call = grpc.ServerWritableStream<Buffer, string>;

const calls = new Set<Call>();
let documents: readonly string[] = [];
let pushes = 0;

const current = (): string => documents[pushes % documents.length] ?? "";

answerQuestions({
  async start(options: { readonly documents: readonly string[] }) {
    documents = options.documents;
    const server = new grpc.Server();
    server.addService(
      {
        SyncFlags: {
          path: "/flagd.sync.v1.FlagSyncService/SyncFlags",
          requestStream: false,
          responseStream: true,
          requestDeserialize: (bytes: Buffer) => bytes,
          requestSerialize: (bytes: Buffer) => bytes,
          responseSerialize: (flagConfiguration: string) =>
            Buffer.from(
              toBinary(SyncFlagsResponseSchema, create(SyncFlagsResponseSchema, { flagConfiguration })),
            ),
          responseDeserialize: (bytes: Buffer) => bytes,
        },
      },
      {
        SyncFlags(call: Call) {
          calls.add(call);
          call.on("close", () => calls.delete(call));
          call.on("cancelled", () => calls.delete(call));
          call.on("error", () => calls.delete(call));
          call.write(current());
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return { port };
  },
  push() {
    pushes += 1;
    for (const call of calls) call.write(current());
  },
});
