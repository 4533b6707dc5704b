import { expect, test } from "vitest";
import { parseGrpcTimeout } from "../../src/transports/grpc/call-metadata.ts";
import { LatestFeed } from "../../src/transports/grpc/latest-feed.ts";
import { LatestSlot } from "../../src/transports/grpc/latest-slot.ts";

test("the slot holds the newest value and counts what it replaced", () => {
  const slot = new LatestSlot<string>(String);
  expect(slot.take()).toBeUndefined();
  slot.put("a");
  slot.put("b");
  slot.put("b");
  slot.put("c");
  expect(slot.take()).toEqual({ value: "c", coalesced: 2 });
  expect(slot.take()).toBeUndefined();
});

test("the slot refuses what was taken last, also if it returns after something unseen", () => {
  const slot = new LatestSlot<string>(String);
  slot.put("a");
  slot.take();
  slot.put("a");
  expect(slot.take()).toBeUndefined();
  slot.put("b");
  slot.put("a");
  expect(slot.take()).toBeUndefined();
  slot.put("b");
  expect(slot.take()).toEqual({ value: "b", coalesced: 1 });
});

test("the feed gives out what waits before its failure, and the first failure wins", async () => {
  const feed = new LatestFeed<string>(new LatestSlot(String));
  const early = feed.next();
  feed.put("a");
  expect(await early).toEqual({ value: "a", coalesced: 0 });
  feed.put("b");
  feed.fail(new Error("first"));
  feed.fail(new Error("second"));
  expect(await feed.next()).toEqual({ value: "b", coalesced: 0 });
  await expect(feed.next()).rejects.toThrow("first");
});

test.each([
  ["1H", 3_600_000],
  ["2M", 120_000],
  ["3S", 3_000],
  ["99999999m", 99_999_999],
  ["5u", 0.005],
  ["6n", 0.000006],
  ["", "malformed"],
  ["1", "malformed"],
  ["-1S", "malformed"],
  ["100000000S", "malformed"],
])("grpc-timeout %j is %j", (text, expected) => {
  const parsed = parseGrpcTimeout(text);
  if (typeof expected === "number") expect(parsed).toBeCloseTo(expected, 9);
  else expect(parsed).toBe(expected);
});
