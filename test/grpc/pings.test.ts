import * as grpc from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { frameOf, rawSession, serialiseRequest, syncFlags, syncFlagsHeaders } from "./clients.ts";
import {
  ACK,
  dial,
  dialHttp2,
  END_HEADERS,
  END_STREAM,
  FRAME,
  headerBlock,
  http2Frame,
  MAGIC,
} from "./frames.ts";
import { cleanUp, type Served, serveBoard, soon } from "./harness.ts";
import { GOOD_KEY, revisionOf } from "./tiny-board.ts";

const portOf = ({ address }: Served): number => Number(address.split(":")[1]);
const PING = http2Frame(FRAME.ping, 0, 0, Buffer.alloc(8));
const pings = (count: number): Buffer => Buffer.concat(Array<Buffer>(count).fill(PING));
const CALL = Buffer.concat([
  http2Frame(FRAME.headers, END_HEADERS, 1, headerBlock(syncFlagsHeaders())),
  http2Frame(FRAME.data, END_STREAM, 1, frameOf(serialiseRequest({}))),
]);

test("a gRPC client that pings as fast as it can is never told to calm down, with and without a stream", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("first"));
  const client = new grpc.Client(served.address, grpc.credentials.createInsecure(), {
    "grpc.keepalive_time_ms": 10,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.keepalive_permit_without_calls": 1,
  });
  cleanUp(() => client.close());
  const stream = syncFlags(client, { metadata: { "x-environment-key": GOOD_KEY } });
  await stream.next();
  const began = performance.now();
  await soon(() => expect(performance.now() - began).toBeGreaterThan(500));
  const next = served.board.publish(revisionOf("after dozens of pings"));
  expect(await stream.next()).toBe(next.bytes.toString());
  expect(served.cuts).toEqual([]);
});

test("10,000 pings in a row are all answered, on a connection that goes on serving", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("first"));
  const connection = await dialHttp2(portOf(served));
  connection.socket.write(CALL);
  const answers = () =>
    connection.frames.filter(({ type, flags }) => type === FRAME.ping && flags === ACK).length;
  for (let sent = 500; sent <= 10_000; sent += 500) {
    connection.socket.write(pings(500));
    await soon(() => expect(answers()).toBe(sent));
  }
  const next = served.board.publish(revisionOf("x after all the pings"));
  await connection.seen(({ type, payload }) => type === FRAME.data && payload.equals(next.document.frame()));
  expect(connection.frames.filter(({ type }) => type === FRAME.goaway)).toEqual([]);
  expect(served.cuts).toEqual([]);
});

test("a flood of pings whose answers nobody reads ends its own connection, and costs no memory", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("first"));
  const flood = await dial(portOf(served));
  flood.socket.write(Buffer.concat([MAGIC, http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0))]));
  flood.socket.pause();
  const before = process.memoryUsage();
  const batch = pings(10_000);
  await soon(() => {
    if (flood.socket.writableLength < 10 * batch.length) flood.socket.write(batch);
    expect(served.cuts).toEqual(["malformed"]);
  });
  flood.socket.resume();
  await flood.closed;
  const after = process.memoryUsage();
  expect(after.external + after.heapUsed - before.external - before.heapUsed).toBeLessThan(64 * 1024 * 1024);
  await soon(() => expect(served.connections()).toBe(0));
  const session = rawSession(served.url);
  await new Promise((resolve) => session.once("connect", resolve));
  await new Promise<void>((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve())));
});
