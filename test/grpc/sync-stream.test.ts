import { connect } from "node:http2";
import { gunzipSync } from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import { expect, test, vi } from "vitest";
import { grpcClient, openRaw, rawSession, syncFlags } from "./clients.ts";
import { cleanUp, serveBoard } from "./harness.ts";
import { GOOD_KEY, revisionOf } from "./tiny-board.ts";

const KEY = { "x-environment-key": GOOD_KEY };

test("sends the newest revision at once and each newer one as it comes", async () => {
  const served = await serveBoard();
  const first = served.board.publish(revisionOf("one"));
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  expect(await stream.next()).toBe(first.bytes.toString());
  const second = served.board.publish(revisionOf("two"));
  expect(await stream.next()).toBe(second.bytes.toString());
  expect(served.observed).toContainEqual(["sent", second.document.frame().length, { coalesced: 0 }]);
});

test("writes one and the same buffer to every stream", async () => {
  const served = await serveBoard();
  const revision = served.board.publish(revisionOf("shared"));
  const streams = [1, 2, 3].map(() => syncFlags(grpcClient(served.address), { metadata: KEY }));
  await Promise.all(streams.map((stream) => stream.next()));
  expect(served.written).toHaveLength(3);
  for (const buffer of served.written) expect(buffer).toBe(revision.document.frame());
});

test("flushes its headers although there is no revision yet", async () => {
  const served = await serveBoard();
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  expect((await stream.headers).get("content-type")).toEqual(["application/grpc"]);
  const revision = served.board.publish(revisionOf("late"));
  expect(await stream.next()).toBe(revision.bytes.toString());
});

test("does not send a hash twice in a row, but does send it again after another", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("a"));
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  await stream.next();
  served.board.publish(revisionOf("a"));
  served.board.publish(revisionOf("b"));
  expect(await stream.next()).toBe(revisionOf("b").bytes.toString());
  served.board.publish(revisionOf("a"));
  expect(await stream.next()).toBe(revisionOf("a").bytes.toString());
});

test("zips large documents once for all who accept gzip, and leaves small ones plain on the same stream", async () => {
  const served = await serveBoard();
  const large = served.board.publish(revisionOf("large".repeat(10_000)));
  const accepting = [1, 2].map(() => syncFlags(grpcClient(served.address), { metadata: { ...KEY } }));
  for (const stream of accepting) {
    expect(await stream.next()).toBe(large.bytes.toString());
  }
  const [one, two] = served.written as [Buffer, Buffer];
  expect(one).toBe(two);
  expect(one.length).toBeLessThan(large.bytes.length / 10);
  expect(one.readUInt8(0)).toBe(1);
  expect(gunzipSync(one.subarray(5)).equals(large.document.frame().subarray(5))).toBe(true);

  const small = served.board.publish(revisionOf("small"));
  for (const stream of accepting) expect(await stream.next()).toBe(small.bytes.toString());
  expect(served.written[2]).toBe(small.document.frame());
});

test("does not zip for a client that does not accept gzip", async () => {
  const served = await serveBoard({ gzipMinBytes: 0 });
  const revision = served.board.publish(revisionOf("plain"));
  const stream = openRaw(rawSession(served.url), { "grpc-accept-encoding": "identity, deflate" });
  const body = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
  expect(body.equals(revision.document.frame())).toBe(true);
});

test("forgets the deadline of a client that leaves before it", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("left early"));
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY, deadlineMs: 3_600_000 });
  await stream.next();
  expect(served.clock.pending).toBe(1);
  stream.call.cancel();
  await vi.waitFor(() => expect(served.clock.pending).toBe(0));
});

test("unfollows once when the key is lost in the moment of following", async () => {
  const served = await serveBoard();
  const follow = served.board.follow.bind(served.board);
  vi.spyOn(served.board, "follow").mockImplementation((grant, follower) => {
    const unfollow = follow(grant, follower);
    served.board.endAll({ kind: "refused", reason: "unknown_key", message: "just deleted" });
    return unfollow;
  });
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  expect((await stream.failure).details).toBe("just deleted");
  expect(served.board.unfollowed).toBe(1);
});

test("a fault of ours is INTERNAL, told to the log and not to the client", async () => {
  const served = await serveBoard();
  vi.spyOn(served.board, "authorize").mockImplementation(() => {
    throw new Error("the secret cause");
  });
  const failure = await syncFlags(grpcClient(served.address), { metadata: KEY }).failure;
  expect([failure.code, failure.details]).toEqual([grpc.status.INTERNAL, "internal error"]);
  expect(served.warnings.splice(0)).toEqual(["SyncFlags failed by a fault of ours"]);
});

test("honours grpc-timeout", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("timed"));
  const session = rawSession(served.url);
  const stream = openRaw(session, { "grpc-timeout": "1500m" });
  await new Promise((resolve) => stream.once("data", resolve));
  stream.resume();
  const trailers = new Promise<Record<string, unknown>>((resolve) => stream.once("trailers", resolve));
  served.clock.advance(1_499);
  expect(served.board.followers).toBe(1);
  served.clock.advance(1);
  expect((await trailers)["grpc-status"]).toBe("4");
  expect(served.board.followers).toBe(0);
  expect(served.observed).toContainEqual(["streamEnded", "deadline", 1_500]);
});

test("ends with UNAVAILABLE on a drain, after the revision that still waits", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("before"));
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  await stream.next();
  const last = served.board.publish(revisionOf("last"));
  served.board.endAll({ kind: "draining" });
  expect(await stream.next()).toBe(last.bytes.toString());
  expect((await stream.failure).code).toBe(grpc.status.UNAVAILABLE);
  expect(served.board.followers).toBe(0);
  expect(served.observed).toContainEqual(["streamEnded", "draining", 0]);
});

test("turns new streams away with UNAVAILABLE once it drains", async () => {
  const served = await serveBoard();
  served.transport.drain();
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  expect((await stream.failure).code).toBe(grpc.status.UNAVAILABLE);
});

test("ends with the refusal's code when the key is lost", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("before"));
  const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
  await stream.next();
  served.board.endAll({ kind: "refused", reason: "unknown_key", message: "the key was deleted" });
  const failure = await stream.failure;
  expect(failure.code).toBe(grpc.status.UNAUTHENTICATED);
  expect(failure.details).toBe("the key was deleted");
  expect(served.observed).toContainEqual(["streamEnded", "refused", 0]);
});

test.each(["cancel", "vanish"])("unfollows once when the client goes away (%s)", async (how) => {
  const served = await serveBoard();
  served.board.publish(revisionOf("left"));
  if (how === "cancel") {
    const stream = syncFlags(grpcClient(served.address), { metadata: KEY });
    await stream.next();
    stream.call.cancel();
  } else {
    const session = connect(served.url);
    cleanUp(() => session.destroy());
    const stream = openRaw(session);
    stream.on("error", () => undefined);
    await new Promise((resolve) => stream.once("data", resolve));
    session.destroy();
  }
  await vi.waitFor(() => expect(served.board.followers).toBe(0));
  expect(served.board.unfollowed).toBe(1);
  expect(served.observed).toContainEqual(["streamEnded", "client", 0]);
});

test("answers pings of any cadence", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("pinged"));
  const session = rawSession(served.url);
  await new Promise((resolve) => session.once("connect", resolve));
  for (let step = 0; step < 200; step++) {
    await new Promise<void>((resolve, reject) =>
      session.ping((error) => (error ? reject(error) : resolve())),
    );
  }
  expect(session.destroyed).toBe(false);
});
