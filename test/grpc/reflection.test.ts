import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { ServerReflection as V1 } from "../../src/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as V1Alpha } from "../../src/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { cleanUp, type Served, serveBoard } from "./harness.ts";

type Question =
  Parameters<ReturnType<typeof createClient<typeof V1>>["serverReflectionInfo"]>[0] extends AsyncIterable<
    infer Request
  >
    ? Request
    : never;

async function ask({ url }: Served, version: "v1" | "v1alpha", question: Question["messageRequest"]) {
  const sessionManager = new Http2SessionManager(url);
  cleanUp(() => sessionManager.abort());
  const transport = createGrpcTransport({ baseUrl: url, sessionManager });
  async function* questions() {
    yield { host: "here", messageRequest: question } as object;
  }
  const answers =
    version === "v1"
      ? createClient(V1, transport).serverReflectionInfo(questions())
      : createClient(V1Alpha, transport).serverReflectionInfo(questions());
  for await (const answer of answers) {
    expect(answer.validHost).toBe("here");
    expect(answer.originalRequest?.messageRequest.case).toBe(question?.case);
    return answer.messageResponse;
  }
  throw new Error("no answer");
}

const SERVICES = [
  "flagd.sync.v1.FlagSyncService",
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];

test.each(["v1", "v1alpha"] as const)("%s lists the services", async (version) => {
  const answer = await ask(await serveBoard(), version, { case: "listServices", value: "*" });
  expect(answer.case === "listServicesResponse" && answer.value.service.map(({ name }) => name)).toEqual(
    SERVICES,
  );
});

test.each<[string, Question["messageRequest"], readonly string[]]>([
  [
    "a file with its imports",
    { case: "fileByFilename", value: "flagd/sync/v1/sync.proto" },
    ["flagd/sync/v1/sync.proto", "google/protobuf/struct.proto"],
  ],
  [
    "an imported file",
    { case: "fileByFilename", value: "google/protobuf/struct.proto" },
    ["google/protobuf/struct.proto"],
  ],
  ...[
    "flagd.sync.v1.FlagSyncService",
    "flagd.sync.v1.FlagSyncService.SyncFlags",
    "flagd.sync.v1.SyncFlagsResponse",
    ".flagd.sync.v1.SyncFlagsResponse.sync_context",
  ].map(
    (value) =>
      [
        value,
        { case: "fileContainingSymbol", value },
        ["flagd/sync/v1/sync.proto", "google/protobuf/struct.proto"],
      ] as [string, Question["messageRequest"], readonly string[]],
  ),
  [
    "an enum's value, which lives beside the enum",
    { case: "fileContainingSymbol", value: "grpc.health.v1.HealthCheckResponse.SERVING" },
    ["grpc/health/v1/health.proto"],
  ],
  [
    "a message of an import",
    { case: "fileContainingSymbol", value: "google.protobuf.Struct" },
    ["google/protobuf/struct.proto"],
  ],
])("finds %s, complete enough to be built from", async (_what, question, expected) => {
  const answer = await ask(await serveBoard(), "v1", question);
  if (answer.case !== "fileDescriptorResponse") throw new Error(`${answer.case}`);
  const file = answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  expect(file.map(({ name }) => name)).toEqual(expected);
  const imported = [...file].reverse();
  expect([...createFileRegistry(create(FileDescriptorSetSchema, { file: imported })).files]).toHaveLength(
    file.length,
  );
});

test.each<[Question["messageRequest"], Code]>([
  [{ case: "fileByFilename", value: "nope.proto" }, Code.NotFound],
  [{ case: "fileContainingSymbol", value: "nope.Nope" }, Code.NotFound],
  [{ case: "allExtensionNumbersOfType", value: "nope.Nope" }, Code.NotFound],
  [
    {
      case: "fileContainingExtension",
      value: { containingType: "google.protobuf.Struct", extensionNumber: 1 },
    },
    Code.NotFound,
  ],
  [undefined, Code.InvalidArgument],
])("answers what it does not know with an error in the answer: %j", async (question, code) => {
  const answer = await ask(await serveBoard(), "v1", question);
  expect(answer.case === "errorResponse" && answer.value.errorCode).toBe(code);
});

test("knows that its messages have no extensions", async () => {
  const answer = await ask(await serveBoard(), "v1alpha", {
    case: "allExtensionNumbersOfType",
    value: "flagd.sync.v1.SyncFlagsRequest",
  });
  expect(answer).toMatchObject({
    case: "allExtensionNumbersResponse",
    value: { baseTypeName: "flagd.sync.v1.SyncFlagsRequest", extensionNumber: [] },
  });
});
