import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Revision } from "../../../src/model/revision.ts";
import { Board } from "../../../src/publish/board.ts";
import type { FollowGrant } from "../../../src/publish/followings.ts";
import { revisionOf } from "./revision.ts";

const AT_ONCE = 32;

function numbered(number: number, environmentId = 1): Revision {
  return revisionOf(String(number), { environmentId, flagSetId: `p/${environmentId}` });
}

/** A board whose event loop is turned by hand. */
function open() {
  const waiting: (() => void)[] = [];
  const offered: string[] = [];
  const board = new Board({
    later: (call) => void waiting.push(call),
    onOffered: ({ hash }) => void offered.push(hash),
  });
  const follow = (grant: Omit<FollowGrant, "keyHash"> = { environmentId: 1 }, keyHash = "k") => {
    const seen: number[] = [];
    const ends: string[] = [];
    const leave = board.follow({ ...grant, keyHash } as FollowGrant, {
      offer: ({ hash }) => void seen.push(Number(hash)),
      end: ({ kind }) => void ends.push(kind),
    });
    return { seen, ends, leave };
  };
  /** `false`: there was nothing to do. */
  const turn = (): boolean => {
    const calls = waiting.splice(0);
    for (const call of calls) call();
    return calls.length > 0;
  };
  const many = (count: number, grant?: Omit<FollowGrant, "keyHash">) =>
    Array.from({ length: count }, () => follow(grant));
  return { board, offered, follow, many, turn };
}

const having = (all: readonly { readonly seen: readonly number[] }[], number: number): number =>
  all.filter(({ seen }) => seen.at(-1) === number).length;

describe("a revision for many followers", () => {
  it("reaches the first of them at once and some more with each turn of the event loop", () => {
    const { board, offered, many, turn } = open();
    const all = many(3 * AT_ONCE - 1);
    board.publish(numbered(1));
    const counts = [having(all, 1)];
    while (turn()) {
      expect(offered).toEqual(having(all, 1) === all.length ? ["1"] : []);
      counts.push(having(all, 1));
    }
    expect(counts).toEqual([AT_ONCE, 2 * AT_ONCE, 3 * AT_ONCE - 1]);
    expect(all.every(({ seen }) => seen.length === 1)).toBe(true);
  });

  it("is all offered when nobody follows", () => {
    const { board, offered, turn } = open();
    board.publish(numbered(1));
    expect(offered).toEqual(["1"]);
    expect(turn()).toBe(false);
  });

  it("gives way to the next: those who had not got it come first, and nobody gets it any more", () => {
    const { board, offered, many, turn } = open();
    const all = many(3 * AT_ONCE);
    board.publish(numbered(1));
    board.publish(numbered(2));
    expect(offered).toEqual(["1"]);
    expect(all.map(({ seen }) => seen.join())).toEqual([
      ...Array(AT_ONCE).fill("1"),
      ...Array(AT_ONCE).fill("2"),
      ...Array(AT_ONCE).fill(""),
    ]);
    while (turn());
    expect(all.map(({ seen }) => seen.join())).toEqual([
      ...Array(AT_ONCE).fill("1,2"),
      ...Array(2 * AT_ONCE).fill("2"),
    ]);
    expect(offered).toEqual(["1", "2"]);
  });

  it("passes nobody over, however fast revisions come", () => {
    const { board, many, turn } = open();
    const all = many(10 * AT_ONCE);
    for (let number = 1; number <= 10; number++) {
      board.publish(numbered(number));
      expect(all.filter(({ seen }) => seen.length > 0)).toHaveLength(number * AT_ONCE);
    }
    while (turn());
    expect(having(all, 10)).toBe(all.length);
  });

  it("does not keep another environment's followers waiting", () => {
    const { board, many, follow, turn } = open();
    const all = many(5 * AT_ONCE);
    const other = follow({ environmentId: 2 });
    board.publish(numbered(1));
    board.publish(numbered(7, 2));
    expect(other.seen).toEqual([7]);
    expect(having(all, 1)).toBeLessThan(all.length);
    while (turn());
    expect(having(all, 1)).toBe(all.length);
  });

  it("goes to those who follow a whole organisation likewise, each flag set for itself", () => {
    const { board, offered, many, turn } = open();
    board.arrange([1, 2].map((environmentId) => ({ environmentId, organisationId: 9 })));
    const all = many(4 * AT_ONCE, { organisationId: 9 });
    const alone = many(2 * AT_ONCE);
    board.publish(numbered(1, 1));
    board.publish(numbered(2, 2));
    expect(offered).toEqual([]);
    while (turn());
    expect(new Set(all.map(({ seen }) => [...seen].sort().join()))).toEqual(new Set(["1,2"]));
    expect(having(alone, 1)).toBe(alone.length);
    expect([...offered].sort()).toEqual(["1", "2"]);
  });

  it("is not missed by those whom a drain ends before their turn; whose key is gone gets nothing more", () => {
    const { board, many, follow, turn } = open();
    many(AT_ONCE);
    const [drained, revoked] = [follow(), follow({ environmentId: 1 }, "revoked")];
    board.publish(numbered(1));
    board.review(({ keyHash }) => (keyHash === "revoked" ? { kind: "draining" } : undefined));
    expect([drained.seen, revoked.seen, revoked.ends]).toEqual([[], [1], ["draining"]]);
    board.publish(numbered(2));
    board.review(() => ({ kind: "refused", reason: "unknown_key", message: "gone" }));
    expect([drained.seen, drained.ends]).toEqual([[2], ["refused"]]);
    expect(board.followerCount()).toBe(0);
    while (turn());
    expect(drained.seen).toEqual([2]);
  });

  it("each in order and the newest at last, whoever comes and goes", () => {
    const command = fc.oneof(
      fc.constant("publish" as const),
      fc.constant("turn" as const),
      fc.constant("join" as const),
      fc.nat(200).map((index) => ({ leaves: index })),
    );
    fc.assert(
      fc.property(fc.nat(150), fc.array(command, { maxLength: 60 }), (count, commands) => {
        const { board, follow, many, turn } = open();
        const all = many(count).map((each) => ({ ...each, here: true }));
        let newest = 0;
        for (const each of commands) {
          if (each === "publish") {
            newest += 1;
            board.publish(numbered(newest));
          } else if (each === "turn") turn();
          else if (each === "join") all.push({ ...follow(), here: true });
          else {
            const one = all[each.leaves];
            one?.leave();
            if (one) one.here = false;
          }
        }
        const gone = all.filter(({ here }) => !here).map(({ seen }) => [...seen]);
        while (turn());
        expect(all.filter(({ here }) => !here).map(({ seen }) => seen)).toEqual(gone);
        for (const { seen, here } of all) {
          expect(seen).toEqual([...new Set(seen)].sort((left, right) => left - right));
          if (here && newest > 0) expect(seen.at(-1)).toBe(newest);
        }
      }),
    );
  });
});
