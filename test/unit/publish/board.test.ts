import { describe, expect, it } from "vitest";
import type { StreamEnd } from "../../../src/model/access.ts";
import type { Revision } from "../../../src/model/revision.ts";
import { Board } from "../../../src/publish/board.ts";
import { keepDocument } from "../../../src/publish/kept-document.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function revision(hash: string, environmentId = 1, version = "2026-11-23T00:00:00.000Z"): Revision {
  const document = keepDocument(hash);
  return {
    environmentId,
    projectId: 1,
    flagSetId: "p/e",
    hash,
    version,
    versionMs: 0,
    document,
    bytes: document.bytes(),
    findings: { translatorVersion: "v1", warnings: [], warnedFeatures: [] },
  };
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

  it("drains: all are ended, and nobody is let in any more", () => {
    const board = new Board();
    board.publish(revision("a"));
    const one = follower();
    const late = follower();
    board.follow(GRANT, one);
    board.drain();
    board.follow(GRANT, late);
    expect(one.ends).toEqual([{ kind: "draining" }]);
    expect(late.ends).toEqual([{ kind: "draining" }]);
    expect(late.seen).toEqual([]);
    expect(board.followerCount()).toBe(0);
  });

  it("drains little by little where many follow, also if some leave meanwhile", () => {
    const board = new Board();
    const clock = new ManualClock();
    const followers = Array.from({ length: 1_000 }, () => follower());
    const leave = followers.map((one) => board.follow(GRANT, one));
    board.drain({ clock, overMs: 1_000 });
    expect(board.followerCount()).toBe(900);
    leave[500]?.();
    clock.advance(500);
    expect(board.followerCount()).toBeGreaterThan(300);
    expect(board.followerCount()).toBeLessThan(500);
    clock.advance(500);
    expect(board.followerCount()).toBe(0);
    expect(followers[500]?.ends).toEqual([]);
    expect(followers.filter((one) => one.ends.length === 1)).toHaveLength(999);
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
