import { randomBytes } from "node:crypto";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { FlagSyncService } from "../../src/gen/flagd/sync/v1/sync_pb.ts";
import { grpcClient, openRaw, rawSession, syncFlags } from "./clients.ts";
import { serveBoard, soon } from "./harness.ts";
import { GOOD_KEY, revisionOf } from "./tiny-board.ts";

const KEY = { "x-environment-key": GOOD_KEY };
const HOUR_MS = 3_600_000;

test.each([
  [0, 0.9],
  [0.5, 1],
  [1, 1.1],
])("a stream ends with UNAVAILABLE at the age that chance %d gives it", async (chance, part) => {
  const served = await serveBoard({ maxAge: { ms: HOUR_MS, random: () => chance } });
  served.board.publish(revisionOf("first"));
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  await stream.next();
  await soon(() => expect(served.clock.pending).toBe(1));
  served.clock.advance(part * HOUR_MS - 1);
  expect(served.board.followers).toBe(1);
  const last = served.board.publish(revisionOf("last"));
  served.clock.advance(1);
  expect(await stream.next()).toBe(last.bytes.toString());
  expect(await stream.failure).toMatchObject({
    code: status.UNAVAILABLE,
    details: "this stream has reached its greatest age; open another",
  });
  expect(served.observed).toContainEqual(["streamEnded", "max_age", part * HOUR_MS]);
  expect(served.board.followers).toBe(0);
});

test("what still waits goes out before the end", async () => {
  const served = await serveBoard({ maxAge: { ms: 20_000, random: () => 0.5 } });
  const big = served.board.publish(revisionOf(randomBytes(150_000).toString("hex")));
  const stream = openRaw(rawSession(served.url));
  await new Promise((resolve) => stream.once("response", resolve));
  const newest = served.board.publish(revisionOf("newest"));
  served.clock.advance(20_000);
  const trailers = new Promise<Record<string, unknown>>((resolve) => stream.once("trailers", resolve));
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  expect((await trailers)["grpc-status"]).toBe(String(status.UNAVAILABLE));
  const expected = Buffer.concat([big.document.frame(), newest.document.frame()]);
  expect(Buffer.concat(chunks).equals(expected)).toBe(true);
});

test("a gRPC-Web stream too", async () => {
  const served = await serveBoard({ maxAge: { ms: HOUR_MS, random: () => 0.5 } });
  served.board.publish(revisionOf("first"));
  const transport = createGrpcWebTransport({ baseUrl: served.url, httpVersion: "1.1" });
  const stream = createClient(FlagSyncService, transport)
    .syncFlags({}, { headers: KEY })
    [Symbol.asyncIterator]();
  await stream.next();
  const next = stream.next();
  served.clock.advance(HOUR_MS);
  await expect(next).rejects.toMatchObject({ rawMessage: expect.stringContaining("greatest age") });
  expect(served.observed).toContainEqual(["streamEnded", "max_age", HOUR_MS]);
});

test("without the option streams grow as old as they like, and no timer waits for any", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("first"));
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  await stream.next();
  await soon(() => expect(served.clock.pending).toBe(0));
  served.clock.advance(1_000 * HOUR_MS);
  served.board.publish(revisionOf("still there"));
  expect(await stream.next()).toContain("still there");
});

test("the age's timer goes with the stream", async () => {
  const served = await serveBoard({ maxAge: { ms: HOUR_MS, random: () => 0.5 } });
  served.board.publish(revisionOf("first"));
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  await stream.next();
  stream.call.cancel();
  await soon(() => expect(served.clock.pending).toBe(0));
});
