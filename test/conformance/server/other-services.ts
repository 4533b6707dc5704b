import { clone, create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import {
  FlagSyncService,
  file_flagd_sync_v1_sync,
  GetMetadataResponseSchema,
} from "../../../src/gen/flagd/sync/v1/sync_pb.ts";
import {
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Serving,
} from "../../../src/gen/grpc/health/v1/health_pb.ts";
import {
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "../../../src/gen/grpc/reflection/v1/reflection_pb.ts";
import type { Place } from "./place.ts";
import type { Rpc } from "./rpc.ts";
import { CONTEXT } from "./sync-flags.ts";

const LENIENT = { large: "RESOURCE_EXHAUSTED", gzip: false, coding: "UNIMPLEMENTED" } as const;

/** GetMetadata, which asks for no credentials. */
export function answerMetadata(rpc: Rpc, { breaks }: Place): void {
  if (breaks("META-001")) {
    rpc.end("UNAUTHENTICATED");
    return;
  }
  const metadata = breaks("META-003") ? { region: "elsewhere" } : CONTEXT;
  const response = create(GetMetadataResponseSchema, breaks("META-002") ? {} : { metadata });
  rpc.send(toBinary(GetMetadataResponseSchema, response));
  rpc.end("OK");
}

/** grpc.health.v1. */
export class HealthService {
  readonly #place: Place;
  readonly #watchers = new Set<Rpc>();

  constructor(place: Place) {
    this.#place = place;
  }

  async answer(rpc: Rpc): Promise<void> {
    const { breaks } = this.#place;
    const request = await rpc.request(LENIENT);
    if (typeof request === "string") return rpc.end(request);
    const { service } = fromBinary(HealthCheckRequestSchema, request);
    if (rpc.method === "Watch") {
      this.#watchers.add(rpc);
      tell(rpc, breaks("HEALTH-004") ? Serving.UNKNOWN : Serving.SERVING);
      return;
    }
    const known = service === "" || service === FlagSyncService.typeName;
    if (!known && !breaks("HEALTH-003")) return rpc.end("NOT_FOUND");
    const down = breaks(service === "" ? "HEALTH-001" : "HEALTH-002");
    tell(rpc, down ? Serving.NOT_SERVING : Serving.SERVING);
    rpc.end("OK");
  }

  /** Tells the watchers that the server goes down. */
  drain(): void {
    for (const rpc of this.#watchers) {
      if (!this.#place.breaks("DRAIN-003")) tell(rpc, Serving.NOT_SERVING);
      rpc.end("UNAVAILABLE");
    }
    this.#watchers.clear();
  }
}

function tell(rpc: Rpc, status: Serving): void {
  rpc.send(toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status })));
}

/** grpc.reflection.v1, for two questions. */
export async function answerReflection(rpc: Rpc, { breaks }: Place): Promise<void> {
  const request = await rpc.request(LENIENT);
  if (typeof request === "string") return rpc.end(request);
  const { messageRequest } = fromBinary(ServerReflectionRequestSchema, request);
  const names = breaks("REFL-001") ? [] : [FlagSyncService.typeName];
  const file = clone(FileDescriptorProtoSchema, file_flagd_sync_v1_sync.proto);
  if (breaks("REFL-002")) file.service = [];
  const messageResponse =
    messageRequest.case === "listServices"
      ? { case: "listServicesResponse" as const, value: { service: names.map((name) => ({ name })) } }
      : {
          case: "fileDescriptorResponse" as const,
          value: { fileDescriptorProto: [toBinary(FileDescriptorProtoSchema, file)] },
        };
  const response = create(ServerReflectionResponseSchema, { messageResponse });
  rpc.send(toBinary(ServerReflectionResponseSchema, response));
  rpc.end("OK");
}
