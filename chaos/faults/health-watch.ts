import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import {
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from "../../src/gen/grpc/health/v1/health_pb.ts";

/** What a server said of itself over an open `grpc.health.v1.Health/Watch`. */
export interface HealthWatch {
  readonly statuses: readonly string[];
  close(): void;
}

/** Opens a watch and resolves with the first answer. */
export function watchHealth(port: number): Promise<HealthWatch> {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  const statuses: string[] = [];
  const call = client.makeServerStreamRequest(
    "/grpc.health.v1.Health/Watch",
    (fields: object) =>
      Buffer.from(toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, fields))),
    (bytes: Buffer) => fromBinary(HealthCheckResponseSchema, bytes),
    {},
  );
  return new Promise((resolve, reject) => {
    call.on("error", reject);
    call.on("data", ({ status }: { readonly status: HealthCheckResponse_ServingStatus }) => {
      statuses.push(HealthCheckResponse_ServingStatus[status]);
      resolve({
        statuses,
        close() {
          call.cancel();
          client.close();
        },
      });
    });
  });
}
