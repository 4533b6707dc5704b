import { describe, expect, it } from "vitest";
import { FailureBuckets } from "../../../src/access/failure-buckets.ts";

describe("failed authentications per address", () => {
  const limits = { burst: 3, perMinute: 6 };
  function at(start = 0) {
    const time = { nowMs: start };
    return { time, buckets: new FailureBuckets(limits, () => time.nowMs) };
  }

  it("cost nothing up to the burst, then a wait as long as forgiving takes", () => {
    const { buckets, time } = at();
    for (let times = 0; times < 3; times += 1) {
      expect(buckets.waitMs("a")).toBe(0);
      buckets.failed("a");
    }
    expect(buckets.waitMs("a")).toBe(10_000);
    time.nowMs = 4_000;
    expect(buckets.waitMs("a")).toBe(6_000);
    time.nowMs = 10_000;
    expect(buckets.waitMs("a")).toBe(0);
  });

  it("are forgiven in time", () => {
    const { buckets, time } = at();
    for (let times = 0; times < 3; times += 1) buckets.failed("a");
    time.nowMs = 60_000;
    buckets.failed("a");
    buckets.failed("a");
    expect(buckets.waitMs("a")).toBe(0);
    buckets.failed("a");
    expect(buckets.waitMs("a")).toBe(10_000);
  });

  it("never make the wait longer than was told, however many come", () => {
    const { buckets } = at();
    for (let times = 0; times < 1_000; times += 1) buckets.failed("a");
    expect(buckets.waitMs("a")).toBe(10_000);
  });

  it("are counted by address", () => {
    const { buckets } = at();
    for (let times = 0; times < 5; times += 1) buckets.failed("a");
    expect(buckets.waitMs("b")).toBe(0);
  });

  it("are counted by network where one subscriber has many addresses", () => {
    const { buckets } = at();
    for (let times = 0; times < 3; times += 1) buckets.failed(`2001:db8:1:2::${times}`);
    expect(buckets.waitMs("2001:db8:1:2:ffff::9")).toBe(10_000);
    expect(buckets.waitMs("2001:db8:1:3::1")).toBe(0);
    buckets.forgive("2001:db8:1:2:aaaa::1");
    expect(buckets.waitMs("2001:db8:1:2::1")).toBe(0);
  });

  it("of a flood of addresses take bounded memory, and those that fail now are the last forgotten", () => {
    const { buckets } = at();
    for (let times = 0; times < 3; times += 1) buckets.failed("mine");
    for (let address = 0; address < 9_999; address += 1) buckets.failed(`flood-${address}`);
    expect(buckets.waitMs("mine")).toBeGreaterThan(0);
    buckets.failed("one more");
    expect(buckets.waitMs("mine")).toBe(0);
  });

  it("can be left uncounted", () => {
    const off = new FailureBuckets({ burst: 3, perMinute: 0 }, () => 0);
    for (let times = 0; times < 9; times += 1) off.failed("a");
    expect(off.waitMs("a")).toBe(0);
  });
});
