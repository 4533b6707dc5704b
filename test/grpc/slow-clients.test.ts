import { randomBytes } from "node:crypto";
import { constants } from "node:http2";
import { connect } from "node:net";
import { expect, test, vi } from "vitest";
import { boundlessRequest, openRaw, rawSession } from "./clients.ts";
import { cleanUp, serveBoard } from "./harness.ts";
import { revisionOf } from "./tiny-board.ts";

test("gives a client that stopped reading only the newest revision afterwards", async () => {
  const served = await serveBoard();
  const big = (name: string) => revisionOf(`${name}${randomBytes(150_000).toString("hex")}`);
  const first = served.board.publish(big("first"));
  const session = rawSession(served.url);
  const stream = openRaw(session);
  await new Promise((resolve) => stream.once("response", resolve));
  for (let step = 0; step < 50; step++) served.board.publish(big(`step ${step}`));
  const newest = served.board.publish(big("newest"));
  expect(served.written).toHaveLength(1);

  const expected = Buffer.concat([first.document.frame(), newest.document.frame()]);
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await vi.waitFor(() => expect(Buffer.concat(chunks).length).toBe(expected.length));
  expect(Buffer.concat(chunks).equals(expected)).toBe(true);
  expect(served.observed).toContainEqual(["sent", newest.document.frame().length, { coalesced: 50 }]);
});

test("drops what waits when the newest revision is the one that the client has already", async () => {
  const served = await serveBoard();
  const big = revisionOf(randomBytes(150_000).toString("hex"));
  served.board.publish(big);
  const session = rawSession(served.url);
  const stream = openRaw(session);
  await new Promise((resolve) => stream.once("response", resolve));
  served.board.publish(revisionOf("came"));
  served.board.publish({ ...big });
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await vi.waitFor(() => expect(Buffer.concat(chunks).length).toBe(big.document.frame().length));
  const last = served.board.publish(revisionOf("last"));
  await vi.waitFor(() =>
    expect(Buffer.concat(chunks).subarray(-last.document.frame().length)).toEqual(last.document.frame()),
  );
  expect(served.written).toHaveLength(2);
});

test("takes more streams than Node's own session limit admits while 5 MiB wait on each", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("x".repeat(5 * 1024 * 1024)));
  const session = rawSession(served.url);
  for (let step = 1; step <= 6; step++) {
    const stream = openRaw(session);
    await new Promise((resolve, reject) => stream.once("response", resolve).once("error", reject));
    expect(served.written).toHaveLength(step);
  }
});

test("a blocked client that is drained gets the newest revision and then the status", async () => {
  const served = await serveBoard();
  const first = served.board.publish(revisionOf(randomBytes(150_000).toString("hex")));
  const stream = openRaw(rawSession(served.url));
  await new Promise((resolve) => stream.once("response", resolve));
  served.board.publish(revisionOf("skipped"));
  const newest = served.board.publish(revisionOf("newest"));
  served.board.endAll({ kind: "draining" });
  const trailers = new Promise<Record<string, unknown>>((resolve) => stream.once("trailers", resolve));
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  expect((await trailers)["grpc-status"]).toBe("14");
  expect(Buffer.concat(chunks).equals(Buffer.concat([first.document.frame(), newest.document.frame()]))).toBe(
    true,
  );
});

test("cuts a client that does not take the end of its stream", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf(randomBytes(150_000).toString("hex")));
  const session = rawSession(served.url);
  const stream = openRaw(session);
  await new Promise((resolve) => stream.once("response", resolve));
  served.board.endAll({ kind: "refused", reason: "unknown_key", message: "gone" });
  const closed = new Promise((resolve) => stream.once("close", resolve));
  stream.on("error", () => undefined);
  served.clock.advance(10_000);
  stream.resume();
  await closed;
  expect(stream.rstCode).not.toBe(0);
});

test("ends a stream whose client does not take its message in time, with UNAVAILABLE, and counts it", async () => {
  const served = await serveBoard({ slowReaderMs: 20_000 });
  const big = served.board.publish(revisionOf(randomBytes(150_000).toString("hex")));
  const stream = openRaw(rawSession(served.url));
  await new Promise((resolve) => stream.once("response", resolve));
  served.clock.advance(19_999);
  expect(served.board.followers).toBe(1);
  served.clock.advance(1);
  expect(served.board.followers).toBe(0);
  expect(served.observed).toContainEqual(["streamEnded", "slow", 20_000]);
  const trailers = new Promise<Record<string, unknown>>((resolve) => stream.once("trailers", resolve));
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  expect(await trailers).toMatchObject({
    "grpc-status": "14",
    "grpc-message": "a message was not taken within 20000 ms",
  });
  expect(Buffer.concat(chunks).equals(big.document.frame())).toBe(true);
});

test("a stream that goes on not reading is reset, and its connection lives on for the others", async () => {
  const served = await serveBoard({ slowReaderMs: 20_000 });
  served.board.publish(revisionOf(randomBytes(150_000).toString("hex")));
  const session = rawSession(served.url);
  const stream = openRaw(session);
  stream.on("error", () => undefined);
  await new Promise((resolve) => stream.once("response", resolve));
  served.clock.advance(20_000);
  const closed = new Promise((resolve) => stream.once("close", resolve));
  served.clock.advance(10_000);
  stream.resume();
  await closed;
  expect(stream.rstCode).toBe(constants.NGHTTP2_REFUSED_STREAM);
  await vi.waitFor(() => expect(served.clock.pending).toBe(0));
  served.board.publish(revisionOf("small"));
  const other = openRaw(session);
  await new Promise((resolve) => other.once("data", resolve));
});

test("a connection that takes nothing at all is cut", async () => {
  const served = await serveBoard({ slowReaderMs: 20_000 });
  served.board.publish(revisionOf("x".repeat(24 * 1024 * 1024)));
  const socket = connect(Number(new URL(served.url).port), "127.0.0.1");
  cleanUp(() => void socket.destroy());
  socket.on("error", () => undefined);
  socket.write(boundlessRequest());
  await vi.waitFor(() => expect(served.written).toHaveLength(1));
  for (const ms of [20_000, 10_000, 10_000]) served.clock.advance(ms);
  expect(served.observed).toContainEqual(["streamEnded", "slow", 20_000]);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.resume();
  await closed;
});

test("readers that take their messages are never ended, however many revisions come", async () => {
  const served = await serveBoard({ slowReaderMs: 20_000 });
  const stream = openRaw(rawSession(served.url));
  let got = 0;
  stream.on("data", (chunk: Buffer) => {
    got += chunk.length;
  });
  await new Promise((resolve) => stream.once("response", resolve));
  let expected = 0;
  for (let round = 0; round < 5; round++) {
    expected += served.board.publish(revisionOf(`round ${round}`)).document.frame().length;
    await vi.waitFor(() => expect(got).toBe(expected));
    await vi.waitFor(() => expect(served.clock.pending).toBe(0));
    served.clock.advance(30_000);
  }
  expect(served.board.followers).toBe(1);
});
