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
    recent.set(1, shown(1, 2), true);
    recent.set(2, shown(3, 4), true);
    recent.set(1, shown(1, 2), true);
    recent.set(3, shown(5), true);
    expect(recent.get(2)).toBeUndefined();
    expect([...recent.featureIds(2)]).toEqual([3, 4]);
    expect(recent.get(1)).toBeDefined();
    expect(recent.get(3)).toBeDefined();
  });

  it("keeps the newest even if it is too large alone", () => {
    const recent = new RecentSnapshots(1);
    recent.set(1, shown(1), true);
    recent.set(2, shown(2, 3, 4), true);
    expect(recent.get(1)).toBeUndefined();
    expect(recent.get(2)).toBeDefined();
  });

  it("forgets what is no longer served, and counts right afterwards", () => {
    const recent = new RecentSnapshots(3);
    recent.set(1, shown(1, 2, 3), true);
    recent.forget(1);
    expect([...recent.featureIds(1)]).toEqual([]);
    recent.set(2, shown(4), true);
    recent.set(3, shown(5, 6), true);
    expect(recent.get(2)).toBeDefined();
  });

  it("keeps environments that nobody changed as far as there is much room, and lets no other give way to them", () => {
    const recent = new RecentSnapshots(10);
    recent.set(1, shown(1, 2, 3, 4, 5, 6), false);
    recent.set(2, shown(7), false);
    expect(recent.get(1)).toBeDefined();
    expect(recent.get(2)).toBeUndefined();
    expect([...recent.featureIds(2)]).toEqual([7]);
    recent.set(3, shown(8, 9, 10, 11), true);
    recent.set(1, shown(1), false);
    expect(recent.get(1)?.snapshot.features).toHaveLength(1);
    recent.set(4, shown(12, 13, 14, 15, 16), true);
    expect([1, 2, 3, 4].filter((id) => recent.get(id) !== undefined)).toEqual([1, 3, 4]);
    recent.set(5, shown(17), true);
    expect([1, 2, 3, 4, 5].filter((id) => recent.get(id) !== undefined)).toEqual([3, 4, 5]);
  });
});
