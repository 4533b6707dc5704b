import { expect, test } from "vitest";
import { LatestSlots } from "../../src/transports/grpc/latest-slots.ts";

const slots = (): LatestSlots<string> =>
  new LatestSlots(
    (value) => value.slice(0, 1),
    (value) => value,
  );

test("each kind waits with its newest value, in the order in which they began to wait", () => {
  const waiting = slots();
  for (const value of ["a1", "b1", "a2", "c1", "a3"]) waiting.put(value);
  expect(waiting.take()).toEqual({ value: "a3", coalesced: 2 });
  waiting.put("a4");
  expect(waiting.take()).toEqual({ value: "b1", coalesced: 0 });
  expect(waiting.take()).toEqual({ value: "c1", coalesced: 0 });
  expect(waiting.take()).toEqual({ value: "a4", coalesced: 0 });
  expect(waiting.take()).toBeUndefined();
});

test("what was taken last of its kind is not taken again, also if it returns after something unseen", () => {
  const waiting = slots();
  waiting.put("a1");
  waiting.take();
  waiting.put("a2");
  waiting.put("a1");
  waiting.put("b1");
  expect(waiting.take()).toEqual({ value: "b1", coalesced: 0 });
  expect(waiting.take()).toBeUndefined();
});
