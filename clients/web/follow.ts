// docs: begin
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { FlagdCore } from "@openfeature/flagd-core";
import { FlagSyncService } from "./gen/flagd/sync/v1/sync_pb.js"; // made by protoc-gen-es of flagd's sync.proto

/** Follows an environment in a page; the server needs CORS_ORIGINS. Whoever opens the page can read the key. */
export async function follow(
  baseUrl: string,
  environmentKey: string,
  told: (event: string, message: string) => void,
) {
  const client = createClient(FlagSyncService, createGrpcWebTransport({ baseUrl }));
  const headers = { "x-environment-key": environmentKey };
  for (;;) {
    try {
      for await (const { flagConfiguration } of client.syncFlags({}, { headers })) {
        flags.setConfigurations(flagConfiguration);
        told("CONFIGURATION_CHANGED", "");
      }
    } catch (error) {
      told("STALE", String(error));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** `flags.resolveBooleanEvaluation("new_checkout", false, { targetingKey: "ada", beta: true })` */
export const flags = new FlagdCore();
// docs: end
