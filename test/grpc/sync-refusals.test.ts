import { gzipSync } from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import { expect, test, vi } from "vitest";
import type { RefusalReason } from "../../src/model/access.ts";
import {
  frameOf,
  grpcClient,
  rawCall,
  rawSession,
  roundTrip,
  SYNC_FLAGS,
  serialiseRequest,
  syncFlags,
} from "./clients.ts";
import { serveBoard } from "./harness.ts";
import { GOOD_KEY, REFUSED_KEYS, revisionOf } from "./tiny-board.ts";

const CODES: Readonly<Record<RefusalReason, grpc.status>> = {
  missing_key: grpc.status.UNAUTHENTICATED,
  unknown_key: grpc.status.UNAUTHENTICATED,
  client_side_key: grpc.status.PERMISSION_DENIED,
  organisation_stopped: grpc.status.PERMISSION_DENIED,
  wrong_flag_set: grpc.status.PERMISSION_DENIED,
  edge_project: grpc.status.FAILED_PRECONDITION,
  project_not_enabled: grpc.status.NOT_FOUND,
  malformed_selector: grpc.status.INVALID_ARGUMENT,
  ambiguous_flag_set: grpc.status.FAILED_PRECONDITION,
  flag_set_needed: grpc.status.INVALID_ARGUMENT,
  not_an_admin_key: grpc.status.PERMISSION_DENIED,
  master_keys_unreadable: grpc.status.UNAVAILABLE,
  busy: grpc.status.UNAVAILABLE,
  document_too_large: grpc.status.RESOURCE_EXHAUSTED,
  too_many_failures: grpc.status.RESOURCE_EXHAUSTED,
};
const REASONS = Object.keys(CODES) as RefusalReason[];

test.each(REASONS)("refuses with the right status: %s", async (reason) => {
  const served = await serveBoard();
  served.board.publish(revisionOf("secret"));
  const metadata: Record<string, string> =
    reason === "missing_key" ? {} : { "x-environment-key": REFUSED_KEYS[reason] };
  const client = grpcClient(served.address);
  const failure = await syncFlags(client, { metadata }).failure;
  expect(failure.code).toBe(CODES[reason]);
  expect(failure.details).toBe(`refused, 100 %: ${reason}`);
  expect(served.observed).toEqual([["refused", reason]]);
});

test.each([
  ["x-environment-key", { metadata: { "x-environment-key": GOOD_KEY } }],
  ["authorization, Bearer", { metadata: { authorization: `Bearer ${GOOD_KEY}` } }],
  ["authorization, raw", { metadata: { authorization: GOOD_KEY } }],
  ["flagd-selector", { metadata: { "flagd-selector": GOOD_KEY } }],
  ["the field selector", { fields: { selector: GOOD_KEY } }],
  ["the field provider_id", { fields: { providerId: GOOD_KEY } }],
])("takes the key by %s", async (_carrier, options) => {
  const served = await serveBoard();
  const revision = served.board.publish(revisionOf("open"));
  expect(await syncFlags(grpcClient(served.address), options).next()).toBe(revision.bytes.toString());
});

test("tells an empty flagd-selector header from an absent one, and an empty field counts as absent", async () => {
  const served = await serveBoard();
  const client = grpcClient(served.address);
  await syncFlags(client, { metadata: { "flagd-selector": "" } }).failure;
  await syncFlags(client).failure;
  expect(served.board.asked.map((asked) => asked.selectorHeader)).toEqual(["", undefined]);
  expect(served.board.asked[0]).toMatchObject({ selectorField: undefined, providerId: undefined });
});

const good = serialiseRequest({ selector: GOOD_KEY });

test.each<[string, Buffer | undefined, Record<string, string>, grpc.status]>([
  ["no message", undefined, {}, grpc.status.UNIMPLEMENTED],
  ["half a prefix", frameOf(good).subarray(0, 3), {}, grpc.status.INTERNAL],
  ["half a message", frameOf(good).subarray(0, 9), {}, grpc.status.INTERNAL],
  ["two messages", Buffer.concat([frameOf(good), frameOf(good)]), {}, grpc.status.UNIMPLEMENTED],
  ["an unknown flag", frameOf(good, 7), {}, grpc.status.INTERNAL],
  ["no protobuf", frameOf(Buffer.from([0x0a, 0xff])), {}, grpc.status.INTERNAL],
  ["too large", frameOf(Buffer.alloc(16 * 1024 + 1)), {}, grpc.status.RESOURCE_EXHAUSTED],
  ["compressed without saying how", frameOf(gzipSync(good), 1), {}, grpc.status.INTERNAL],
  ["unzippable", frameOf(good, 1), { "grpc-encoding": "gzip" }, grpc.status.INTERNAL],
  [
    "a zip bomb",
    frameOf(gzipSync(Buffer.alloc(1024 * 1024)), 1),
    { "grpc-encoding": "gzip" },
    grpc.status.RESOURCE_EXHAUSTED,
  ],
  ["an unknown encoding", frameOf(good), { "grpc-encoding": "snappy" }, grpc.status.UNIMPLEMENTED],
  ["a malformed timeout", frameOf(good), { "grpc-timeout": "123456789S" }, grpc.status.INVALID_ARGUMENT],
])("answers a malformed request in trailers only: %s", async (_what, body, headers, code) => {
  const served = await serveBoard();
  const answer = await rawCall(rawSession(served.url), body, headers);
  expect(answer.headers[":status"]).toBe(200);
  expect(answer.headers["content-type"]).toBe("application/grpc");
  expect(answer.headers["grpc-status"]).toBe(String(code));
  expect(answer.headers["grpc-message"]).not.toMatch(/[^\x20-\x7e]/);
  expect(answer.body).toHaveLength(0);
  expect(served.board.unfollowed).toBe(0);
});

test("reads a gzipped request, byte by byte", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("zipped request"));
  const session = rawSession(served.url);
  await new Promise((resolve) => session.once("connect", resolve));
  const stream = session.request({
    ":method": "POST",
    ":path": SYNC_FLAGS,
    "content-type": "application/grpc",
    "grpc-encoding": "gzip",
  });
  for (const byte of frameOf(gzipSync(good), 1)) {
    stream.write(Buffer.from([byte]));
    await roundTrip(session);
  }
  const body = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
  expect(body.subarray(8).toString()).toContain("zipped request");
});

test("resets a call that never sends its request", async () => {
  const served = await serveBoard();
  const stream = rawSession(served.url).request({
    ":method": "POST",
    ":path": SYNC_FLAGS,
    "content-type": "application/grpc",
  });
  stream.on("error", () => undefined);
  await vi.waitFor(() => expect(served.clock.pending).toBe(1));
  const closed = new Promise((resolve) => stream.once("close", resolve));
  served.clock.advance(10_000);
  await closed;
});

test("percent-encodes what grpc-message cannot hold", async () => {
  const served = await serveBoard();
  const authorize = vi.spyOn(served.board, "authorize");
  authorize.mockReturnValue({ granted: false, reason: "unknown_key", message: "100 % falsch: ü\n" });
  const answer = await rawCall(rawSession(served.url), frameOf(good));
  expect(answer.headers["grpc-message"]).toBe("100 %25 falsch: %C3%BC%0A");
});

test("answers an unknown method or service with UNIMPLEMENTED, and a path of nobody's with 404", async () => {
  const served = await serveBoard();
  const session = rawSession(served.url);
  for (const path of ["/flagd.sync.v1.FlagSyncService/Nope", "/sync.v1.FlagSyncService/SyncFlags"]) {
    const answer = await rawCall(session, frameOf(good), { ":path": path });
    expect(answer.headers[":status"]).toBe(200);
    expect(answer.headers["grpc-status"]).toBe(String(grpc.status.UNIMPLEMENTED));
  }
  const answer = await rawCall(session, undefined, { ":path": "/", "content-type": "text/plain" });
  expect(answer.headers[":status"]).toBe(404);
});

test.each([
  ["gRPC", "application/grpc", { "grpc-timeout": "99999999H" }],
  ["Connect", "application/json", { "connect-timeout-ms": "9999999999" }],
])("a timeout above what a timer can hold is none: %s", async (_protocol, contentType, timeout) => {
  const served = await serveBoard();
  served.board.publish(revisionOf("patient"));
  const warned = vi.spyOn(process, "emitWarning");
  const answer = await rawCall(
    rawSession(served.url),
    contentType === "application/grpc" ? frameOf(good) : Buffer.from("{}"),
    {
      ":path": "/flagd.sync.v1.FlagSyncService/FetchAllFlags",
      "content-type": contentType,
      "x-environment-key": GOOD_KEY,
      ...timeout,
    },
  );
  expect(answer.body.toString()).toContain("patient");
  expect(warned).not.toHaveBeenCalled();
});
