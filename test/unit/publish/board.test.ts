import { describe, expect, it } from "vitest";
import type { StreamEnd } from "../../../src/model/access.ts";
import type { Revision } from "../../../src/model/revision.ts";
import { Board } from "../../../src/publish/board.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { revisionOf } from "./revision.ts";

function revision(hash: string, environmentId = 1, version = "2026-11-23T00:00:00.000Z"): Revision {
  return revisionOf(hash, { environmentId, version });
}

function follower() {
  const seen: string[] = [];
  const ends: StreamEnd[] = [];
  return {
    seen,
    ends,
    offer: (one: Revision) => void seen.push(one.hash),
    end: (end: StreamEnd) => void ends.push(end),
  };
}

const GRANT = { environmentId: 1, keyHash: "k" };

describe("Board", () => {
  it("offers the current revision at once and each new one in order", () => {
    const board = new Board();
    board.publish(revision("a"));
    const one = follower();
    board.follow(GRANT, one);
    board.publish(revision("b"));
    board.publish(revision("c"));
    expect(one.seen).toEqual(["a", "b", "c"]);
  });

  it("does not send unchanged content again, even under another version", () => {
    const board = new Board();
    const one = follower();
    board.follow(GRANT, one);
    expect(board.publish(revision("a"))).toBe(true);
    expect(board.publish(revision("a"))).toBe(false);
    expect(board.publish(revision("a", 1, "2026-11-24T00:00:00.000Z"))).toBe(false);
    expect(one.seen).toEqual(["a"]);
    expect(board.current(1)?.version).toBe("2026-11-24T00:00:00.000Z");
  });

  it("keeps environments apart", () => {
    const board = new Board();
    const one = follower();
    board.follow(GRANT, one);
    board.publish(revision("x", 2));
    expect(one.seen).toEqual([]);
    expect(board.followerCount(1)).toBe(1);
    expect(board.followerCount(2)).toBe(0);
  });

  it("ends exactly those whose grant is no longer good, once", () => {
    const board = new Board();
    const good = follower();
    const bad = follower();
    board.follow(GRANT, good);
    const unfollow = board.follow({ ...GRANT, keyHash: "revoked" }, bad);
    const reason: StreamEnd = { kind: "refused", reason: "unknown_key", message: "gone" };
    const judge = (grant: { keyHash: string }) => (grant.keyHash === "revoked" ? reason : undefined);
    board.review(judge);
    board.review(judge);
    expect(bad.ends).toEqual([reason]);
    expect(good.ends).toEqual([]);
    unfollow();
    board.publish(revision("a"));
    expect(bad.seen).toEqual([]);
    expect(good.seen).toEqual(["a"]);
    expect(board.followerCount()).toBe(1);
  });

  it("drains: all are ended, and nobody is let in any more", async () => {
    const board = new Board();
    board.publish(revision("a"));
    const one = follower();
    const late = follower();
    board.follow(GRANT, one);
    const drained = board.drain();
    board.follow(GRANT, late);
    await drained;
    expect(one.ends).toEqual([{ kind: "draining" }]);
    expect(late.ends).toEqual([{ kind: "draining" }]);
    expect(late.seen).toEqual([]);
    expect(board.followerCount()).toBe(0);
  });

  it("drains little by little where many follow, also if some leave meanwhile", async () => {
    const board = new Board();
    const clock = new ManualClock();
    const followers = Array.from({ length: 10_000 }, () => follower());
    const leave = followers.map((one) => board.follow(GRANT, one));
    const drained = board.drain({ clock, overMs: 10_000 });
    expect(board.followerCount()).toBeGreaterThan(9_990);
    leave[9_000]?.();
    for (let second = 1; second < 10; second++) {
      clock.advance(1_000);
      expect(board.followerCount() / 10_000).toBeCloseTo(1 - second / 10, 2);
    }
    clock.advance(1_000);
    await drained;
    expect(board.followerCount()).toBe(0);
    expect(followers[9_000]?.ends).toEqual([]);
    expect(followers.filter((one) => one.ends.length === 1)).toHaveLength(9_999);
    expect(clock.pending).toBe(0);
  });

  it.each([
    [1, 0],
    [10, 100],
    [300, 3_000],
    [1_000, 10_000],
    [5_000, 10_000],
  ])("takes %d followers no longer than it needs to spread them: %d ms", async (count, expectedMs) => {
    const board = new Board();
    const clock = new ManualClock();
    for (let index = 0; index < count; index++) board.follow(GRANT, follower());
    const beganMs = clock.monotonicMs();
    const drained = board.drain({ clock, overMs: 10_000 });
    while (clock.pending > 0) clock.advance(1);
    await drained;
    const tookMs = clock.monotonicMs() - beganMs;
    expect(tookMs).toBeLessThanOrEqual(expectedMs);
    expect(tookMs).toBeGreaterThanOrEqual(0.9 * expectedMs - 20);
  });

  it("has drained as soon as those who are left have gone by themselves, and shows them what is new until then", async () => {
    const board = new Board({ later: (call) => call() });
    const clock = new ManualClock();
    const followers = Array.from({ length: 500 }, () => follower());
    const leave = followers.map((one) => board.follow(GRANT, one));
    const drained = board.drain({ clock, overMs: 10_000 });
    clock.advance(1_000);
    board.publish(revision("late"));
    expect(followers[0]?.seen).toEqual([]);
    expect(followers[499]?.seen).toEqual(["late"]);
    for (const each of leave) each();
    clock.advance(20);
    await drained;
    expect(clock.pending).toBe(0);
  });

  it("lets a follower leave while it is being offered something", () => {
    const board = new Board();
    const other = follower();
    const leave = board.follow(GRANT, { offer: () => leave(), end: () => undefined });
    board.follow(GRANT, other);
    board.publish(revision("a"));
    board.publish(revision("b"));
    expect(other.seen).toEqual(["a", "b"]);
    expect(board.followerCount()).toBe(1);
  });
});
