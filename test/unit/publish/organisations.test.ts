import { describe, expect, it } from "vitest";
import type { StreamEnd } from "../../../src/model/access.ts";
import type { Revision } from "../../../src/model/revision.ts";
import { Board } from "../../../src/publish/board.ts";
import { revisionOf } from "./revision.ts";

function revision(environmentId: number, flagSetId: string, content = "a"): Revision {
  return revisionOf(content, { environmentId, flagSetId, hash: `${environmentId} ${flagSetId} ${content}` });
}

function follower() {
  const seen: string[] = [];
  const emptied: number[] = [];
  const ends: StreamEnd[] = [];
  return {
    seen,
    emptied: () => emptied,
    ends,
    offer: (one: Revision) => {
      seen.push(`${one.flagSetId} ${one.document.bytes()}`);
      if (one.emptied) emptied.push(one.environmentId);
    },
    end: (end: StreamEnd) => void ends.push(end),
  };
}

const emptied = (flagSetId: string): string =>
  `${flagSetId} {"flags":{},"metadata":{"flagSetId":"${flagSetId}"}}`;

const GRANT = { organisationId: 7, keyHash: "k" };
const places = (...ids: number[]) =>
  ids.map((environmentId) => ({ environmentId, organisationId: environmentId < 100 ? 7 : 8 }));

function boardWith(...ids: number[]): Board {
  const board = new Board();
  board.arrange(places(...ids));
  return board;
}

describe("who follows an organisation", () => {
  it("is offered the document of each of its environments, then each change", () => {
    const board = boardWith(1, 2, 100);
    board.publish(revision(1, "p/1"));
    board.publish(revision(100, "q/1"));
    const one = follower();
    board.follow(GRANT, one);
    board.publish(revision(2, "p/2"));
    board.publish(revision(100, "q/1", "b"));
    board.publish(revision(1, "p/1", "b"));
    board.publish(revision(1, "p/1", "b"));
    expect(one.seen).toEqual(["p/1 a", "p/2 a", "p/1 b"]);
  });

  it("is offered an emptied document for one that went away, and so is who comes later", () => {
    const board = boardWith(1, 2);
    board.publish(revision(1, "p/1"));
    board.publish(revision(2, "p/2"));
    const one = follower();
    board.follow(GRANT, one);
    board.retire(1);
    board.arrange(places(1));
    const late = follower();
    board.follow(GRANT, late);
    expect(one.seen).toEqual(["p/1 a", "p/2 a", emptied("p/1"), emptied("p/2")]);
    expect(late.seen).toEqual([emptied("p/1"), emptied("p/2")]);
    expect([one.emptied(), late.emptied()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    board.publish(revision(1, "p/1"));
    expect(one.seen.slice(4)).toEqual(["p/1 a"]);
    const last = follower();
    board.follow(GRANT, last);
    expect(last.seen).toEqual([emptied("p/2"), "p/1 a"]);
  });

  it("sees a renamed flag set go and come", () => {
    const board = boardWith(1);
    board.publish(revision(1, "p/old"));
    const one = follower();
    board.follow(GRANT, one);
    board.publish(revision(1, "p/new"));
    expect(one.seen).toEqual(["p/old a", emptied("p/old"), "p/new a"]);
  });

  it("sees one of two environments that share a flag set id, and the other when that one goes", () => {
    const board = boardWith(1, 2);
    board.publish(revision(2, "p/same", "second"));
    const one = follower();
    board.follow(GRANT, one);
    board.publish(revision(1, "p/same", "first"));
    board.publish(revision(2, "p/same", "hidden"));
    const late = follower();
    board.follow(GRANT, late);
    board.retire(1);
    board.retire(2);
    expect(late.seen).toEqual(["p/same first", "p/same hidden", emptied("p/same")]);
    expect(one.seen).toEqual(["p/same second", ...late.seen]);
  });

  it("sees an environment leave for another organisation, whose followers see it come", () => {
    const board = boardWith(1);
    board.publish(revision(1, "p/1"));
    const [left, joined] = [follower(), follower()];
    board.follow(GRANT, left);
    board.follow({ organisationId: 8, keyHash: "k" }, joined);
    board.arrange([{ environmentId: 1, organisationId: 8 }]);
    expect(left.seen).toEqual(["p/1 a", emptied("p/1")]);
    expect(joined.seen).toEqual(["p/1 a"]);
  });

  it("is counted, reviewed, drained and taken off like anybody else", async () => {
    const board = boardWith(1);
    const [off, refused, drained] = [follower(), follower(), follower()];
    board.follow(GRANT, off)();
    board.follow({ ...GRANT, keyHash: "bad" }, refused);
    board.follow(GRANT, drained);
    expect(board.followerCount()).toBe(2);
    const reason: StreamEnd = { kind: "refused", reason: "unknown_key", message: "gone" };
    board.review(({ keyHash }) => (keyHash === "bad" ? reason : undefined));
    await board.drain();
    board.publish(revision(1, "p/1"));
    expect([off.ends, refused.ends, drained.ends]).toEqual([[], [reason], [{ kind: "draining" }]]);
    expect([off.seen, refused.seen, drained.seen]).toEqual([[], [], []]);
    expect(board.followerCount()).toBe(0);
  });
});
