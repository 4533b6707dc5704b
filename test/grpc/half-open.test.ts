import type { ClientHttp2Session } from "node:http2";
import { expect, test } from "vitest";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { frameOf, openRaw, rawSession, roundTrip, serialiseRequest, syncFlagsHeaders } from "./clients.ts";
import { ACK, dialHttp2, END_HEADERS, END_STREAM, FRAME, headerBlock, http2Frame } from "./frames.ts";
import { cleanUp, type Served, serveBoard, soon } from "./harness.ts";
import { revisionOf } from "./tiny-board.ts";

const PINGS = { intervalMs: 30_000, timeoutMs: 20_000, random: () => 1 };
const settings = { port: { pings: PINGS } };
const portOf = ({ address }: Served): number => Number(address.split(":")[1]);

async function openStream(session: ClientHttp2Session): Promise<void> {
  const stream = openRaw(session);
  stream.on("error", () => undefined);
  await new Promise((resolve) => stream.once("data", resolve));
}

/**
 * Turns the port's clock second by second. Between two seconds each of `live` has read and answered all that was sent to it:
 * a ping of its own comes back behind it.
 */
async function pass(
  served: Served,
  seconds: number,
  live: readonly ClientHttp2Session[] = [],
): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    served.portClock.advance(1_000);
    for (const session of live) await roundTrip(session);
    for (const session of live) await roundTrip(session);
  }
}

/** Lets everything happen that is only waiting for its turn, on the server as well. */
async function roundTripOf(served: Served): Promise<void> {
  const session = rawSession(served.url);
  await new Promise((resolve) => session.once("connect", resolve));
  await roundTrip(session);
  const closed = new Promise((resolve) => session.once("close", resolve));
  session.close();
  await closed;
  await soon(() => expect(served.connections()).toBe(1));
}

test("a client behind a connection that leads nowhere any more is found out, counted and let go of", async () => {
  const served = await serveBoard(settings);
  served.board.publish(revisionOf("there"));
  const proxy = await startTcpProxy({ target: { host: "127.0.0.1", port: portOf(served) } });
  cleanUp(() => proxy.close());
  const lost = rawSession(`http://127.0.0.1:${proxy.port}`);
  await openStream(lost);
  const there = rawSession(served.url);
  await openStream(there);
  expect(served.board.followers).toBe(2);

  proxy.strand();
  await pass(served, 49, [there]);
  expect(served.board.followers).toBe(2);
  await pass(served, 2, [there]);
  await soon(() => expect(served.board.followers).toBe(1));
  expect(served.cuts).toEqual(["half_open"]);
  expect(served.observed).toContainEqual(["streamEnded", "half_open", 0]);
  await soon(() => expect(served.connections()).toBe(1));
  await pass(served, 120, [there]);
  expect(served.board.followers).toBe(1);
  expect(there.destroyed).toBe(false);
});

test("an idle client that answers is left alone, however long", async () => {
  const served = await serveBoard(settings);
  served.board.publish(revisionOf("there"));
  const session = rawSession(served.url);
  let pings = 0;
  session.on("ping", () => {
    pings += 1;
  });
  await openStream(session);
  await pass(served, 305, [session]);
  await soon(() => expect(pings).toBe(10));
  expect(served.cuts).toEqual([]);
  expect(served.board.followers).toBe(1);
});

test("any byte is a sign of life: on a slow link the answer to a ping comes late", async () => {
  const served = await serveBoard(settings);
  served.board.publish(revisionOf("there"));
  const slow = await dialHttp2(portOf(served));
  slow.socket.write(
    Buffer.concat([
      http2Frame(FRAME.headers, END_HEADERS, 1, headerBlock(syncFlagsHeaders())),
      http2Frame(FRAME.data, END_STREAM, 1, frameOf(serialiseRequest({}))),
    ]),
  );
  await slow.seen(({ type }) => type === FRAME.data);
  const window = Buffer.from([0, 0, 0, 1]);
  for (let round = 0; round < 20; round++) {
    await pass(served, 10);
    const mark = Buffer.alloc(8, round + 1);
    slow.socket.write(
      Buffer.concat([http2Frame(FRAME.windowUpdate, 0, 0, window), http2Frame(FRAME.ping, 0, 0, mark)]),
    );
    await slow.seen(
      ({ type, flags, payload }) => type === FRAME.ping && flags === ACK && payload.equals(mark),
    );
  }
  expect(
    slow.frames.filter(({ type, flags }) => type === FRAME.ping && flags !== ACK).length,
  ).toBeGreaterThan(2);
  expect(served.board.followers).toBe(1);
  await pass(served, 52);
  await slow.closed;
  expect(served.cuts).toEqual(["half_open"]);
});

test("a connection without open streams is not pinged, but ended when it was idle for long", async () => {
  const served = await serveBoard(settings);
  const idle = await dialHttp2(portOf(served));
  await pass(served, 74);
  expect(served.connections()).toBe(1);
  expect(idle.frames.filter(({ type }) => type === FRAME.ping)).toEqual([]);
  await pass(served, 2);
  await idle.seen(({ type }) => type === FRAME.goaway);
  await idle.closed;
  expect(served.cuts).toEqual(["idle"]);
});

test("an idle connection that leads nowhere any more is gone some seconds after we said good-bye", async () => {
  const served = await serveBoard(settings);
  const proxy = await startTcpProxy({ target: { host: "127.0.0.1", port: portOf(served) } });
  cleanUp(() => proxy.close());
  await dialHttp2(proxy.port);
  proxy.strand();
  await pass(served, 79);
  await roundTripOf(served);
  expect(served.connections()).toBe(1);
  await pass(served, 3);
  await soon(() => expect(served.connections()).toBe(0));
  expect(served.cuts).toEqual(["idle"]);
});

test("no pings, no cuts, where they are switched off", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("there"));
  const session = rawSession(served.url);
  let pings = 0;
  session.on("ping", () => {
    pings += 1;
  });
  await openStream(session);
  await pass(served, 200, [session]);
  expect(pings).toBe(0);
  expect(served.cuts).toEqual([]);
  expect(served.board.followers).toBe(1);
});

test("connections that opened in one instant are pinged spread over the interval", async () => {
  let turn = 0;
  const random = (): number => (turn++ % 10) / 10;
  const served = await serveBoard({ port: { pings: { ...PINGS, random } } });
  served.board.publish(revisionOf("there"));
  const pingedAt: number[] = [];
  const sessions: ClientHttp2Session[] = [];
  let second = 0;
  for (let index = 0; index < 10; index++) {
    const session = rawSession(served.url);
    session.on("ping", () => pingedAt.push(second));
    await openStream(session);
    sessions.push(session);
  }
  for (second = 1; second <= 30; second++) await pass(served, 1, sessions);
  expect(pingedAt).toHaveLength(10);
  expect(new Set(pingedAt).size).toBe(10);
});
