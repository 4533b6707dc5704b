import { describe, expect, it } from "vitest";
import { RecentSnapshots } from "../../../src/snapshot/recent-snapshots.ts";
import { feature, snapshot } from "../../support/build-snapshot.ts";

const shown = (...ids: number[]) => ({
  versioned: false,
  snapshot: snapshot({ features: ids.map((id) => feature(id, `f${id}`)) }),
});

describe("RecentSnapshots", () => {
  it("drops those that changed longest ago, but remembers which features they had", () => {
    const recent = new RecentSnapshots(4);
    recent.set(1, shown(1, 2));
    recent.set(2, shown(3, 4));
    recent.set(1, shown(1, 2));
    recent.set(3, shown(5));
    expect(recent.get(2)).toBeUndefined();
    expect([...recent.featureIds(2)]).toEqual([3, 4]);
    expect(recent.get(1)).toBeDefined();
    expect(recent.get(3)).toBeDefined();
  });

  it("keeps the newest even if it is too large alone", () => {
    const recent = new RecentSnapshots(1);
    recent.set(1, shown(1));
    recent.set(2, shown(2, 3, 4));
    expect(recent.get(1)).toBeUndefined();
    expect(recent.get(2)).toBeDefined();
  });

  it("forgets what is no longer served, and counts right afterwards", () => {
    const recent = new RecentSnapshots(3);
    recent.set(1, shown(1, 2, 3));
    recent.forget(1);
    expect([...recent.featureIds(1)]).toEqual([]);
    recent.set(2, shown(4));
    recent.set(3, shown(5, 6));
    expect(recent.get(2)).toBeDefined();
  });
});
