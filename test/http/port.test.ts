import { Agent, request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { expect, test, vi } from "vitest";
import { createPort, type PortOptions } from "../../src/transports/port/port.ts";
import { cleanUp, serveBoard } from "../grpc/harness.ts";
import { GOOD_KEY, revisionOf } from "../grpc/tiny-board.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { ask } from "./client.ts";

async function openPort(handle: PortOptions["request"], settings: Partial<PortOptions> = {}) {
  const clock = new ManualClock();
  const warnings: string[] = [];
  const log = {
    debug: () => undefined,
    warn: (_fields: object, message: string) => void warnings.push(message),
  };
  const port = createPort({ request: handle, clock, log, ...settings });
  const bound = await port.listen("127.0.0.1", 0);
  cleanUp(async () => {
    const closed = port.close(1_000);
    await vi.waitFor(() => clock.advance(1_000));
    await closed;
    expect(clock.pending).toBe(0);
  });
  return { port, clock, warnings, bound, url: `http://127.0.0.1:${bound.port}` };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  cleanUp(() => void socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** Sends every byte in a packet of its own. */
async function drip(socket: Socket, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
    await new Promise(setImmediate);
  }
}

const closeOf = (socket: Socket) => new Promise((resolve) => socket.once("close", resolve));
const textOf = async (socket: Socket, part: string): Promise<string> => {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  await vi.waitFor(() => expect(text).toContain(part));
  return text;
};

test("takes HTTP/1 whose first bytes come one by one, also those that begin like the preface", async () => {
  const methods: (string | undefined)[] = [];
  const { bound } = await openPort((asked, response) => {
    methods.push(asked.method);
    response.end("done");
  });
  for (const method of ["GET", "PUT", "PROPFIND"]) {
    const socket = await dial(bound.port);
    await drip(socket, Buffer.from(`${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
    expect(await textOf(socket, "done")).toMatch(/^HTTP\/1.1 200/);
  }
  expect(methods).toEqual(["GET", "PUT", "PROPFIND"]);
});

test("takes an HTTP/2 preface that comes byte by byte", async () => {
  const { bound } = await openPort((asked, response) => void response.end(`HTTP/${asked.httpVersion}`));
  const socket = await dial(bound.port);
  const dripping = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void drip(socket, chunk).then(() => done()),
  });
  socket.on("data", (chunk: Buffer) => dripping.push(chunk));
  socket.on("close", () => dripping.destroy());
  const session = connectHttp2("http://x", { createConnection: () => dripping });
  session.on("error", () => undefined);
  cleanUp(() => session.destroy());
  const stream = session.request({ ":path": "/" });
  const body = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
  expect(body.toString()).toBe("HTTP/2.0");
});

test("closes a connection that stays silent or sends half a preface", async () => {
  const { bound, clock } = await openPort(() => undefined);
  const silent = await dial(bound.port);
  const half = await dial(bound.port);
  half.write("PR");
  await vi.waitFor(() => expect(clock.pending).toBe(2));
  clock.advance(9_999);
  expect([silent.closed, half.closed]).toEqual([false, false]);
  const closed = Promise.all([closeOf(silent), closeOf(half)]);
  clock.advance(1);
  await closed;
});

test("forgets a connection that leaves before it said anything", async () => {
  const { bound, clock } = await openPort(() => undefined);
  const socket = await dial(bound.port);
  await vi.waitFor(() => expect(clock.pending).toBe(1));
  socket.end();
  await vi.waitFor(() => expect(clock.pending).toBe(0));
});

test("serves gRPC and HTTP/1 at the same time on one port", async () => {
  const served = await serveBoard();
  const revision = served.board.publish(revisionOf("both"));
  const reply = await ask(`${served.url}/v1/flags`, { headers: { "x-environment-key": GOOD_KEY } });
  expect(reply.body.equals(revision.bytes)).toBe(true);
});

test("rejects with PORT_IN_USE when the port is taken", async () => {
  const { bound } = await openPort(() => undefined);
  const second = createPort({
    request: () => undefined,
    clock: new ManualClock(),
    log: { debug: () => undefined, warn: () => undefined },
  });
  await expect(second.listen("127.0.0.1", bound.port)).rejects.toMatchObject({
    code: "PORT_IN_USE",
    message: `port ${bound.port} on 127.0.0.1 is in use`,
  });
  await second.close(0);
});

test("rejects an address that this machine does not have", async () => {
  const port = createPort({
    request: () => undefined,
    clock: new ManualClock(),
    log: { debug: () => undefined, warn: () => undefined },
  });
  await expect(port.listen("192.0.2.1", 0)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  await port.close(0);
});

test("survives a handler that throws", async () => {
  const { url, warnings } = await openPort((asked, response) => {
    if (asked.url === "/bad") throw new Error("fault");
    response.end("good");
  });
  await expect(ask(`${url}/bad`)).rejects.toThrow();
  expect((await ask(`${url}/good`)).body.toString()).toBe("good");
  expect(warnings).toEqual(["a request handler threw"]);
});

test("close lets a request in flight end and then ends its kept-alive connection", async () => {
  let finish: (() => void) | undefined;
  const { port, url } = await openPort((_asked, response) => {
    finish = () => void response.end("late");
  });
  const agent = new Agent({ keepAlive: true });
  cleanUp(() => agent.destroy());
  const reply = new Promise<string>((resolve, reject) => {
    request(url, { agent }, (response) => {
      response.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    })
      .on("error", reject)
      .end();
  });
  await vi.waitFor(() => expect(finish).toBeDefined());
  const closed = port.close(1_000);
  finish?.();
  expect(await reply).toBe("late");
  await closed;
});

test("close sends GOAWAY, and cuts stragglers after the grace", async () => {
  const { port, bound, clock, url } = await openPort(() => undefined);
  const session = connectHttp2(url);
  session.on("error", () => undefined);
  cleanUp(() => session.destroy());
  const stream = session.request({ ":path": "/hangs" });
  stream.on("error", () => undefined);
  const socket = await dial(bound.port);
  socket.write("GET /hangs HTTP/1.1\r\nHost: x\r\n\r\n");
  // Both have said what they speak; what is left is the port's timer for all.
  await vi.waitFor(() => expect(clock.delays.filter((delayMs) => delayMs > 1_000)).toEqual([]));
  await new Promise<void>((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve())));
  const goaway = new Promise((resolve) => session.once("goaway", resolve));
  const closed = port.close(2_000);
  expect(port.close(2_000)).toBe(closed);
  expect(await goaway).toBe(0);
  await expect(ask(url)).rejects.toThrow("ECONNREFUSED");
  clock.advance(1_999);
  expect(socket.closed).toBe(false);
  const cut = closeOf(socket);
  clock.advance(1);
  await cut;
  await closed;
});

test("close ends idle connections of either version at once", async () => {
  const { port, bound, url } = await openPort((_asked, response) => response.end("hello"));
  const session = connectHttp2(url);
  cleanUp(() => session.destroy());
  await new Promise((resolve) => session.once("remoteSettings", resolve));
  const socket = await dial(bound.port);
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await textOf(socket, "hello");
  await port.close(60_000);
});

test("a port that never listened closes too", async () => {
  const port = createPort({
    request: () => undefined,
    clock: new ManualClock(),
    log: { debug: () => undefined, warn: () => undefined },
  });
  await port.close(1_000);
});
