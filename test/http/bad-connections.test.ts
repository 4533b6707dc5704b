import { connect as connectHttp2 } from "node:http2";
import { connect as connectTls } from "node:tls";
import { expect, test } from "vitest";
import { CUT_REASONS } from "../../src/transports/port/observer.ts";
import { openRaw, rawCall, rawSession, SYNC_FLAGS, syncFlagsHeaders } from "../grpc/clients.ts";
import { dial, dialHttp2, FRAME, headerBlock, http2Frame, literal, MAGIC } from "../grpc/frames.ts";
import { cleanUp, type Served, serveBoard, soon } from "../grpc/harness.ts";
import { GOOD_KEY, revisionOf } from "../grpc/tiny-board.ts";
import { ask } from "./client.ts";

const portOf = ({ address }: Served): number => Number(address.split(":")[1]);
const KEY = { "x-environment-key": GOOD_KEY };

async function expectAlive(served: Served): Promise<void> {
  served.board.publish(revisionOf("alive"));
  expect((await ask(`${served.url}/v1/flags`, { headers: KEY })).status).toBe(200);
  await soon(() => expect(served.connections()).toBe(0));
}

test("a client that speaks TLS hears at once, in cleartext, that this port does not", async () => {
  const served = await serveBoard();
  const client = connectTls({ host: "127.0.0.1", port: portOf(served), rejectUnauthorized: false });
  cleanUp(() => void client.destroy());
  const error = await new Promise<Error>((resolve) => client.once("error", resolve));
  expect(error.message).toMatch(/wrong version number|packet length too long/);
  expect(served.cuts).toEqual(["tls"]);
  expect(served.log).toContain(`${CUT_REASONS.tls} {"reason":"tls"}`);
  await soon(() => expect(served.connections()).toBe(0));
  const raw = await dial(portOf(served));
  raw.socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]));
  await raw.closed;
  expect(raw.bytes().toString()).toMatch(
    /^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\nthis port does not speak TLS\n$/s,
  );
});

test.each([
  ["garbage", "\u0000\u0001\u0002\u0003 garbage\r\n\r\n", 400, "malformed"],
  ["no HTTP method", "HELLO there\r\n\r\n", 400, "malformed"],
  [
    "both lengths",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    400,
    "malformed",
  ],
  ["a head of 1 MB", `GET / HTTP/1.1\r\nHost: x\r\nx: ${"y".repeat(1_000_000)}\r\n\r\n`, 431, "too_large"],
])("answers %s on HTTP/1 and closes", async (_what, bytes, status, reason) => {
  const served = await serveBoard();
  const raw = await dial(portOf(served));
  raw.socket.write(bytes);
  await raw.closed;
  // What was still on its way to us may cost the client our answer, as TCP resets such a connection.
  const answer = raw.bytes().toString();
  if (answer !== "" || bytes.length < 1_000) expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(served.cuts).toEqual([reason]);
  await expectAlive(served);
});

test("a head on HTTP/1 that comes byte by byte is not waited for", async () => {
  const served = await serveBoard({ port: { silenceMs: 300 } });
  const raw = await dial(portOf(served));
  raw.socket.write("GET / HTTP/1.1\r\n");
  let over = false;
  void raw.closed.then(() => {
    over = true;
  });
  await soon(() => {
    if (!over) raw.socket.write("x: y\r\n");
    expect(over).toBe(true);
  });
  expect(raw.bytes().toString()).toMatch(/^HTTP\/1\.1 408 /);
  expect(served.cuts).toEqual(["late_request"]);
  await expectAlive(served);
});

test("a connection that says nothing, and one that stops after HTTP/2's first bytes, are closed", async () => {
  const served = await serveBoard();
  const silent = await dial(portOf(served));
  const half = await dial(portOf(served));
  half.socket.write(MAGIC.subarray(0, 10));
  const magic = await dial(portOf(served));
  magic.socket.write(MAGIC);
  await soon(() => expect(served.portClock.delays.filter((ms) => ms > 1_000)).toHaveLength(1));
  for (let second = 0; second < 11; second++) served.portClock.advance(1_000);
  await Promise.all([silent.closed, half.closed, magic.closed]);
  expect(served.cuts).toEqual(["silent", "silent", "silent"]);
  await expectAlive(served);
});

test("a head on HTTP/2 that never ends is not waited for longer than an idle connection", async () => {
  const served = await serveBoard();
  const slow = await dialHttp2(portOf(served));
  slow.socket.write(http2Frame(FRAME.headers, 0, 1, headerBlock(syncFlagsHeaders())));
  for (let second = 0; second < 76; second++) {
    if (second < 5) slow.socket.write(http2Frame(FRAME.continuation, 0, 1, literal(`x-${second}`, "y")));
    served.portClock.advance(1_000);
  }
  await soon(() => expect(served.cuts).toEqual(["idle"]));
  for (let second = 0; second < 6; second++) served.portClock.advance(1_000);
  await slow.closed;
  await expectAlive(served);
});

test("requests whose body does not come are broken off, on either version", async () => {
  const served = await serveBoard();
  const path = "/flagd.sync.v1.FlagSyncService/FetchAllFlags";
  const old = await dial(portOf(served));
  old.socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  );
  const session = rawSession(served.url);
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/json" });
  stream.on("error", () => undefined);
  stream.write("{");
  await new Promise((resolve) => session.once("connect", resolve));
  const reset = new Promise((resolve) => stream.once("close", resolve));
  await new Promise<void>((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve())));
  await soon(() => expect(served.portClock.delays.filter((ms) => ms > 1_000)).toEqual([]));
  for (let second = 0; second < 9; second++) served.portClock.advance(1_000);
  expect(served.cuts).toEqual([]);
  for (let second = 0; second < 2; second++) served.portClock.advance(1_000);
  await Promise.all([old.closed, reset]);
  expect(served.cuts).toEqual(["late_request", "late_request"]);
  session.destroy();
  await expectAlive(served);
});

test("answers that are not taken are broken off, on either version", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("x".repeat(24 * 1024 * 1024)));
  const old = await dial(portOf(served));
  old.socket.pause();
  old.socket.write(`GET /v1/flags HTTP/1.1\r\nHost: x\r\nx-environment-key: ${GOOD_KEY}\r\n\r\n`);
  const session = connectHttp2(served.url, { settings: { initialWindowSize: 0 } });
  session.on("error", () => undefined);
  cleanUp(() => session.destroy());
  const stream = session.request({ ":path": "/v1/flags", ...KEY });
  stream.on("error", () => undefined);
  const reset = new Promise((resolve) => stream.once("close", resolve));
  await new Promise((resolve) => stream.once("response", resolve));
  await soon(() => expect(served.observed.filter(([name]) => name === "httpAnswered")).toHaveLength(2));
  for (let second = 0; second < 60; second++) served.portClock.advance(1_000);
  expect(served.cuts).toEqual([]);
  served.portClock.advance(1_000);
  expect(served.cuts).toEqual(["late_answer", "late_answer"]);
  stream.resume();
  old.socket.resume();
  await Promise.all([reset, old.closed]);
  session.destroy();
  await expectAlive(served);
});

test("a web stream whose client does not read is reset, and counted as slow", async () => {
  const served = await serveBoard({ slowReaderMs: 20_000 });
  served.board.publish(revisionOf("x".repeat(24 * 1024 * 1024)));
  const old = await dial(portOf(served));
  old.socket.pause();
  const head = `POST ${SYNC_FLAGS} HTTP/1.1\r\nHost: x\r\nx-environment-key: ${GOOD_KEY}\r\n`;
  old.socket.write(`${head}Content-Type: application/grpc-web\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0`);
  await soon(() => expect(served.clock.pending).toBe(1));
  served.clock.advance(20_000);
  expect(served.observed).toContainEqual(["streamEnded", "slow", 20_000]);
  old.socket.resume();
  await old.closed;
  expect(old.bytes().length).toBeLessThan(24 * 1024 * 1024);
  await expectAlive(served);
});

test("more connections than may be are closed as they come, said once and counted each time", async () => {
  const served = await serveBoard({ port: { maxConnections: 2 } });
  served.board.publish(revisionOf("there"));
  const first = await dial(portOf(served));
  const stream = openRaw(rawSession(served.url));
  await new Promise((resolve) => stream.once("data", resolve));
  for (let index = 0; index < 3; index++) await (await dial(portOf(served))).closed;
  expect(served.cuts).toEqual(["too_many", "too_many", "too_many"]);
  expect(served.warnings.splice(0)).toEqual(["there are as many connections as may be; more are closed"]);
  first.socket.destroy();
  await soon(() => expect(served.connections()).toBe(1));
  expect((await ask(`${served.url}/v1/flags`, { headers: KEY })).status).toBe(200);
});

const CALL_HEAD = headerBlock(syncFlagsHeaders());

test("streams that are opened and reset in a loop end their connection, and nobody else's (CVE-2023-44487)", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("there"));
  const honest = openRaw(rawSession(served.url));
  await new Promise((resolve) => honest.once("data", resolve));
  const attacker = await dialHttp2(portOf(served));
  const reset = Buffer.from([0, 0, 0, 8]);
  let id = 1;
  const over = (): boolean => attacker.frames.some(({ type }) => type === FRAME.goaway);
  for (let round = 0; round < 100 && !over(); round++) {
    const frames: Buffer[] = [];
    for (let each = 0; each < 100; each++, id += 2) {
      frames.push(http2Frame(FRAME.headers, 4, id, CALL_HEAD), http2Frame(FRAME.reset, 0, id, reset));
    }
    attacker.socket.write(Buffer.concat(frames));
    await new Promise(setImmediate);
  }
  await attacker.seen(({ type }) => type === FRAME.goaway);
  for (let second = 0; second < 81; second++) served.portClock.advance(1_000);
  await attacker.closed;
  await soon(() => expect(served.clock.pending).toBe(0));
  expect(served.board.followers).toBe(1);
  const next = new Promise<Buffer>((resolve) => honest.once("data", resolve));
  const revision = served.board.publish(revisionOf("next"));
  expect((await next).equals(revision.document.frame())).toBe(true);
});

test.each([
  [
    "settings",
    () => Buffer.concat(Array<Buffer>(5_000).fill(http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0)))),
  ],
  [
    "continuations",
    () =>
      Buffer.concat([
        http2Frame(FRAME.headers, 0, 1, CALL_HEAD),
        ...Array<Buffer>(1_000).fill(http2Frame(FRAME.continuation, 0, 1, literal("a", "b"))),
      ]),
  ],
  [
    "empty data",
    () =>
      Buffer.concat([
        http2Frame(FRAME.headers, 4, 1, CALL_HEAD),
        ...Array<Buffer>(10_000).fill(http2Frame(FRAME.data, 0, 1, Buffer.alloc(0))),
      ]),
  ],
])("a flood of %s ends its connection", async (_what, bytes) => {
  const served = await serveBoard();
  const attacker = await dialHttp2(portOf(served));
  attacker.socket.write(bytes());
  await attacker.closed;
  expect(served.cuts).toEqual(["malformed"]);
  await expectAlive(served);
});

test("a call with more headers than we read is refused, and its connection lives", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("there"));
  const session = rawSession(served.url);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-${index}`, "y"]));
  await expect(rawCall(session, undefined, many)).rejects.toThrow(/ENHANCE_YOUR_CALM|REFUSED/);
  await expect(rawCall(session, undefined, { "x-huge": "y".repeat(70_000) })).rejects.toThrow();
  const stream = openRaw(session);
  await new Promise((resolve) => stream.once("data", resolve));
});
