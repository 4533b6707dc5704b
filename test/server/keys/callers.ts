import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import {
  FetchAllFlagsRequestSchema,
  FetchAllFlagsResponseSchema,
  FlagSyncService,
} from "../../../src/gen/flagd/sync/v1/sync_pb.ts";
import { follow, type SyncRequest } from "../harness.ts";

/** What a call came to: the flag set id of the document that it got, or the refusal's code. */
export type Answer =
  | { readonly flagSetId: unknown }
  | { readonly code: string | number; readonly message: string };

const flagSetOf = (text: string): Answer => ({ flagSetId: JSON.parse(text).metadata.flagSetId });

/** SyncFlags over gRPC: the first document. */
export async function syncFlags(address: string, request: SyncRequest): Promise<Answer> {
  const stream = follow(address, request);
  try {
    const { text } = await stream.until(() => true);
    return flagSetOf(text);
  } catch (thrown) {
    const { code, details } = thrown as grpc.ServiceError;
    return { code: grpc.status[code], message: details };
  } finally {
    stream.close();
  }
}

/** FetchAllFlags over gRPC. */
export function fetchAllFlags(address: string, { metadata, fields }: SyncRequest): Promise<Answer> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const sent = new grpc.Metadata();
  for (const [name, value] of Object.entries(metadata ?? {})) sent.set(name, value);
  return new Promise<Answer>((resolve) => {
    client.makeUnaryRequest(
      "/flagd.sync.v1.FlagSyncService/FetchAllFlags",
      (value: object) =>
        Buffer.from(toBinary(FetchAllFlagsRequestSchema, create(FetchAllFlagsRequestSchema, value))),
      (bytes: Buffer) => fromBinary(FetchAllFlagsResponseSchema, bytes).flagConfiguration,
      fields ?? {},
      sent,
      (error, text) => {
        // grpc-js decodes less of grpc-message than other clients do.
        if (error)
          resolve({ code: grpc.status[error.code] ?? "", message: decodeURIComponent(error.details) });
        else resolve(flagSetOf(text ?? ""));
      },
    );
  }).finally(() => client.close());
}

/** SyncFlags or FetchAllFlags as browsers and Connect clients call it. */
export function overConnect(protocol: "connect" | "grpc-web", rpc: "syncFlags" | "fetchAllFlags") {
  return async (address: string, { metadata, fields }: SyncRequest): Promise<Answer> => {
    const options = { baseUrl: `http://${address}`, httpVersion: "1.1" } as const;
    const transport =
      protocol === "connect" ? createConnectTransport(options) : createGrpcWebTransport(options);
    const client = createClient(FlagSyncService, transport);
    const headers = new Headers(metadata);
    const hangUp = new AbortController();
    try {
      if (rpc === "fetchAllFlags") {
        return flagSetOf((await client.fetchAllFlags(fields ?? {}, { headers })).flagConfiguration);
      }
      for await (const { flagConfiguration } of client.syncFlags(fields ?? {}, {
        headers,
        signal: hangUp.signal,
      })) {
        return flagSetOf(flagConfiguration);
      }
      throw new Error("the stream ended with OK");
    } catch (thrown) {
      const { code, rawMessage } = ConnectError.from(thrown);
      const name = Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
      return { code: name, message: rawMessage };
    } finally {
      hangUp.abort();
    }
  };
}

/** A GET of one of the HTTP routes. */
export function overHttp(path: string) {
  return async (address: string, { metadata }: SyncRequest): Promise<Answer> => {
    const reply = await fetch(`http://${address}${path}`, { headers: { ...metadata } });
    const body = (await reply.json()) as {
      metadata?: { flagSetId: unknown };
      flagSetId?: unknown;
      detail?: string;
    };
    if (reply.status !== 200) return { code: reply.status, message: body.detail ?? "" };
    return { flagSetId: body.metadata?.flagSetId ?? body.flagSetId };
  };
}

/** Everything by which a document can be had. `fields`: the call has fields for a selector and a provider id. */
export const CALLS = [
  { call: "SyncFlags, gRPC", ask: syncFlags, fields: true },
  { call: "FetchAllFlags, gRPC", ask: fetchAllFlags, fields: true },
  { call: "SyncFlags, Connect", ask: overConnect("connect", "syncFlags"), fields: true },
  { call: "FetchAllFlags, Connect", ask: overConnect("connect", "fetchAllFlags"), fields: true },
  { call: "SyncFlags, gRPC-Web", ask: overConnect("grpc-web", "syncFlags"), fields: true },
  { call: "FetchAllFlags, gRPC-Web", ask: overConnect("grpc-web", "fetchAllFlags"), fields: true },
  { call: "flags.json", ask: overHttp("/api/v1/flagd/flags.json"), fields: false },
  { call: "/v1/flags", ask: overHttp("/v1/flags"), fields: false },
  { call: "diagnostics.json", ask: overHttp("/api/v1/flagd/diagnostics.json"), fields: false },
] as const;

/** The HTTP status of a gRPC code, where the two go together. */
export const HTTP_STATUS: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 409,
};
