import { describe, expect, it } from "vitest";
import { holdingOf, recoveredAfterMs } from "../../chaos/record/holding.ts";
import { seen, stream } from "./recordings.ts";

const truth = new Map([["development", "truth"]]);
const old = seen({ atMs: 1_000 });
const true2 = seen({ atMs: 2_000, hash: "truth" });

describe("when everybody held the truth", () => {
  it("counts from the arrival of the last message", () => {
    const late = stream([old, { ...true2, atMs: 2_600 }], { follower: "late" });
    const holdings = holdingOf([stream([old, true2]), late], truth);
    expect(recoveredAfterMs(holdings, 2_100)).toBe(500);
  });

  it("is at once where all held it before the end", () => {
    expect(recoveredAfterMs(holdingOf([stream([old, true2])], truth), 5_000)).toBe(0);
  });

  it("is never while one holds something else", () => {
    const behind = stream([old], { follower: "behind" });
    expect(recoveredAfterMs(holdingOf([stream([true2]), behind], truth), 0)).toBeUndefined();
  });

  it("is never while one has no open stream, or a new one that got nothing yet", () => {
    const end = { atMs: 2_500, code: 14, details: "" };
    const ended = stream([true2], { end });
    expect(recoveredAfterMs(holdingOf([ended], truth), 0)).toBeUndefined();
    const reopened = stream([], { openedAtMs: 2_600 });
    expect(recoveredAfterMs(holdingOf([ended, reopened], truth), 0)).toBeUndefined();
  });

  it("is never without any follower, or in an environment that the truth does not know", () => {
    expect(recoveredAfterMs([], 0)).toBeUndefined();
    const elsewhere = stream([true2], { environment: "elsewhere" });
    expect(recoveredAfterMs(holdingOf([elsewhere], truth), 0)).toBeUndefined();
  });
});
