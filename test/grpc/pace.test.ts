import * as grpc from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { Pace } from "../../src/transports/grpc/pace.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { grpcClient, syncFlags } from "./clients.ts";
import { cleanUp, serveBoard, soon } from "./harness.ts";
import { GOOD_KEY, revisionOf } from "./tiny-board.ts";

const KEY = { "x-environment-key": GOOD_KEY };
/** What a small document is thought to cost. */
const COST_MS = 202;
const MANY = 20;

test("a burst goes out at once until two documents wait, then one for each that is worked off", () => {
  const clock = new ManualClock();
  const pace = new Pace(clock);
  let resumed = 0;
  const sendAll = (): number => {
    for (let count = 0; ; count += 1) {
      if (pace.holds(() => (resumed += 1))) return count;
      pace.sent(100);
    }
  };
  expect(sendAll()).toBe(3);
  expect(clock.pending).toBe(1);
  clock.advance(COST_MS - 1);
  expect([resumed, sendAll()]).toEqual([0, 0]);
  clock.advance(1);
  expect([resumed, sendAll()]).toEqual([1, 1]);
  pace.stop();
  expect(clock.pending).toBe(0);
  clock.advance(10 * COST_MS);
  expect([resumed, sendAll()]).toEqual([1, 3]);
  pace.stop();
});

test("a large document holds the next ones for longer", () => {
  const clock = new ManualClock();
  const pace = new Pace(clock);
  for (let count = 0; count < 3; count += 1) pace.sent(1_000_000);
  clock.advance(20_000);
  expect(pace.holds(() => undefined)).toBe(true);
  clock.advance(200);
  expect(pace.holds(() => undefined)).toBe(false);
});

/** As grpc-java names itself; the rest is grpc-js. */
function javaClient(address: string): grpc.Client {
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), {
    "grpc.primary_user_agent": "grpc-java-netty/1.75.0",
  });
  cleanUp(() => client.close());
  return client;
}

test("a Java client gets the first of a burst at once and the newest in the end, in few messages; the others get it now", async () => {
  const served = await serveBoard();
  served.board.publish(revisionOf("first"));
  const paced = syncFlags(javaClient(served.address), { metadata: KEY });
  const other = syncFlags(grpcClient(served.address), { metadata: KEY });
  await Promise.all([paced.next(), other.next()]);
  const texts: string[] = [];
  for (let number = 1; number <= MANY; number += 1) {
    const text = served.board.publish(revisionOf(`number ${number}`)).bytes.toString();
    expect(await other.next()).toBe(text);
    if (number < 3) expect(await paced.next()).toBe(text);
    texts.push(text);
  }
  await soon(() => expect(served.clock.pending).toBe(1));
  served.clock.advance(COST_MS);
  expect(await paced.next()).toBe(texts.at(-1));
  expect(served.observed.filter(([name]) => name === "sent")).toHaveLength(2 + MANY + 3);
});

test("a stream that ends while it is held leaves nothing behind", async () => {
  const served = await serveBoard();
  const client = javaClient(served.address);
  served.board.publish(revisionOf("first"));
  const paced = syncFlags(client, { metadata: KEY });
  await paced.next();
  for (let number = 1; number < MANY; number += 1) {
    served.board.publish(revisionOf(`number ${number}`));
    if (number < 3) await paced.next();
  }
  await soon(() => expect(served.clock.pending).toBe(1));
  paced.call.cancel();
  await soon(() => expect(served.clock.pending).toBe(0));
});
