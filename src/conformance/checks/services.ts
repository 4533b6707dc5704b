import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { FlagSyncService } from "../../gen/flagd/sync/v1/sync_pb.ts";
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Serving,
} from "../../gen/grpc/health/v1/health_pb.ts";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import type { Bench } from "../bench.ts";
import type { Call } from "../client/call.ts";
import { endedWith, endInWords } from "../client/status.ts";
import type { Requirement } from "../requirement.ts";
import { demand, needs } from "../verdict.ts";

/** Calls a method of the health service, without credentials. */
export async function callHealth(bench: Bench, method: "Check" | "Watch", service: string): Promise<Call> {
  const connection = await bench.connect();
  return connection.call({
    path: `/${Health.typeName}/${method}`,
    metadata: {},
    message: toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service })),
  });
}

/** The states that a health call brought so far. */
export function statesOf(call: Call): Serving[] {
  return call.messages.map(({ bytes }) => fromBinary(HealthCheckResponseSchema, bytes).status);
}

async function serves(bench: Bench, service: string): Promise<string> {
  const call = await callHealth(bench, "Check", service);
  const end = await call.ended(bench.timing.answerWithinMs);
  needs(!endedWith(end, "UNIMPLEMENTED"), "the server has no grpc.health.v1");
  const [state] = statesOf(call);
  demand(endedWith(end, "OK"), endInWords(end));
  demand(state === Serving.SERVING, `the state is ${Serving[state ?? Serving.UNKNOWN]}`);
  return "SERVING";
}

async function knowsNoOtherService(bench: Bench): Promise<string> {
  const call = await callHealth(bench, "Check", "conformance.NoSuchService");
  const end = await call.ended(bench.timing.answerWithinMs);
  needs(!endedWith(end, "UNIMPLEMENTED"), "the server has no grpc.health.v1");
  demand(endedWith(end, "NOT_FOUND"), endInWords(end));
  return endInWords(end);
}

async function watches(bench: Bench): Promise<string> {
  const call = await callHealth(bench, "Watch", "");
  await call.message(0, bench.timing.answerWithinMs);
  needs(!endedWith(call.end, "UNIMPLEMENTED"), "the server has no Watch of grpc.health.v1");
  const [state] = statesOf(call);
  demand(
    state === Serving.SERVING,
    state === undefined ? endInWords(call.end) : `the state is ${Serving[state]}`,
  );
  call.cancel();
  return "SERVING at once";
}

type Question = ServerReflectionRequest["messageRequest"];

/** Asks reflection v1, or v1alpha where there is no v1. The two have the same messages under other names. */
async function reflect(bench: Bench, messageRequest: Question) {
  for (const { typeName } of [ServerReflection, ServerReflectionAlpha]) {
    const connection = await bench.connect();
    const call = connection.call({
      path: `/${typeName}/ServerReflectionInfo`,
      metadata: {},
      message: toBinary(
        ServerReflectionRequestSchema,
        create(ServerReflectionRequestSchema, { messageRequest }),
      ),
    });
    await call.message(0, bench.timing.answerWithinMs);
    if (endedWith(call.end, "UNIMPLEMENTED")) continue;
    const [message] = call.messages;
    demand(message !== undefined, `${typeName}: ${endInWords(call.end)}`);
    const { messageResponse } = fromBinary(ServerReflectionResponseSchema, message.bytes);
    return { typeName, messageResponse };
  }
  return undefined;
}

async function listsService(bench: Bench): Promise<string> {
  const answer = await reflect(bench, { case: "listServices", value: "" });
  needs(answer !== undefined, "the server has no reflection");
  const { typeName, messageResponse } = answer;
  const names =
    messageResponse.case === "listServicesResponse"
      ? messageResponse.value.service.map(({ name }) => name)
      : [];
  demand(names.includes(FlagSyncService.typeName), `${typeName} lists ${names.join(", ") || "nothing"}`);
  return `${typeName}: ${names.join(", ")}`;
}

async function describesService(bench: Bench): Promise<string> {
  const answer = await reflect(bench, { case: "fileContainingSymbol", value: FlagSyncService.typeName });
  needs(answer !== undefined, "the server has no reflection");
  const { typeName, messageResponse } = answer;
  demand(messageResponse.case === "fileDescriptorResponse", `${typeName} does not know the service`);
  const files = messageResponse.value.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
  const service = files.flatMap((file) => file.service).find(({ name }) => name === "FlagSyncService");
  const methods = service?.method.map(({ name }) => name) ?? [];
  demand(
    methods.includes("SyncFlags"),
    `${typeName} describes the methods ${methods.join(", ") || "of nothing"}`,
  );
  return methods.join(", ");
}

const HEALTH = "gRPC, health-checking.md";
const REFLECTION = "gRPC, server-reflection.md; what grpcurl asks";

/** The services that servers of gRPC have beside their own. */
export const SERVICES: readonly Requirement[] = [
  {
    id: "HEALTH-001",
    title: "The health of the server is SERVING, without credentials",
    level: "may",
    source: HEALTH,
    phase: "quiet",
    check: (bench) => serves(bench, ""),
  },
  {
    id: "HEALTH-002",
    title: "The health of flagd.sync.v1.FlagSyncService is SERVING",
    level: "may",
    source: HEALTH,
    phase: "quiet",
    check: (bench) => serves(bench, FlagSyncService.typeName),
  },
  {
    id: "HEALTH-003",
    title: "The health of an unknown service is NOT_FOUND",
    level: "may",
    source: HEALTH,
    phase: "quiet",
    check: knowsNoOtherService,
  },
  {
    id: "HEALTH-004",
    title: "Watch tells the state at once",
    level: "may",
    source: HEALTH,
    phase: "quiet",
    check: watches,
  },
  {
    id: "REFL-001",
    title: "Reflection lists flagd.sync.v1.FlagSyncService",
    level: "may",
    source: REFLECTION,
    phase: "quiet",
    check: listsService,
  },
  {
    id: "REFL-002",
    title: "Reflection describes the methods of the service",
    level: "may",
    source: REFLECTION,
    phase: "quiet",
    check: describesService,
  },
];
