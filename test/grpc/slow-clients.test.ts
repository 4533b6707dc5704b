import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { plainFrame } from "../../src/transports/grpc/frames.ts";
import { openRaw, rawSession } from "./clients.ts";
import { serveBoard } from "./harness.ts";
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

  const expected = Buffer.concat([plainFrame(first), plainFrame(newest)]);
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await vi.waitFor(() => expect(Buffer.concat(chunks).length).toBe(expected.length));
  expect(Buffer.concat(chunks).equals(expected)).toBe(true);
  expect(served.observed).toContainEqual(["sent", plainFrame(newest).length, { coalesced: 50 }]);
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
  await vi.waitFor(() => expect(Buffer.concat(chunks).length).toBe(plainFrame(big).length));
  const last = served.board.publish(revisionOf("last"));
  await vi.waitFor(() =>
    expect(Buffer.concat(chunks).subarray(-plainFrame(last).length)).toEqual(plainFrame(last)),
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
  expect(Buffer.concat(chunks).equals(Buffer.concat([plainFrame(first), plainFrame(newest)]))).toBe(true);
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
