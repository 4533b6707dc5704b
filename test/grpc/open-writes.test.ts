import { expect, test, vi } from "vitest";
import { OpenWrites } from "../../src/transports/grpc/open-writes.ts";
import { ManualClock } from "../support/manual-clock.ts";

const LIMIT_MS = 1_000;

function start(limitMs = LIMIT_MS, count = 10) {
  const clock = new ManualClock();
  const writes = new OpenWrites(clock, limitMs);
  const writers = Array.from({ length: count }, () => ({ tooSlow: vi.fn() }));
  const slow = () => writers.filter(({ tooSlow }) => tooSlow.mock.calls.length > 0).length;
  return { clock, writes, writers, slow };
}

test("one that takes nothing is told once, at the limit", () => {
  const { clock, writes, writers, slow } = start();
  for (const writer of writers.slice(0, 1)) writes.began(writer);
  clock.advance(LIMIT_MS - 1);
  expect(slow()).toBe(0);
  clock.advance(LIMIT_MS * 20);
  expect(writers[0]?.tooSlow).toHaveBeenCalledOnce();
  expect(clock.pending).toBe(0);
});

test("those that wait for a busy network are not slow: the limit counts from the last of the same push", () => {
  const { clock, writes, writers, slow } = start();
  for (const writer of writers) writes.began(writer);
  for (const writer of writers.slice(0, 8)) {
    clock.advance(LIMIT_MS / 2);
    writes.taken(writer);
  }
  expect(slow()).toBe(0);
  clock.advance(LIMIT_MS);
  expect(slow()).toBe(2);
  expect(clock.pending).toBe(0);
});

test("a later push that is taken does not excuse who holds back an earlier one", () => {
  const { clock, writes, writers, slow } = start(5_000);
  for (const writer of writers.slice(0, 1)) writes.began(writer);
  clock.advance(3_000);
  for (const writer of writers.slice(1)) writes.began(writer);
  for (const writer of writers.slice(1)) writes.taken(writer);
  clock.advance(1_999);
  expect(slow()).toBe(0);
  clock.advance(1);
  expect(slow()).toBe(1);
});

test("nobody has longer than ten times the limit, and who is gone is not told", () => {
  const { clock, writes, writers, slow } = start(1_000, 20);
  for (const writer of writers) writes.began(writer);
  for (const writer of writers.slice(0, 1)) writes.gone(writer);
  for (const writer of writers.slice(1, 12)) {
    clock.advance(900);
    writes.taken(writer);
  }
  clock.advance(99);
  expect(slow()).toBe(0);
  clock.advance(1);
  expect(slow()).toBe(8);
  expect(clock.pending).toBe(0);
});
