import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot, Feature, Segment } from "../../../src/model/environment.ts";
import { mergeReading } from "../../../src/snapshot/merge-reading.ts";
import { onlyWholeChanges } from "../../../src/snapshot/whole-changes.ts";
import { feature, forSegment, segment, snapshot } from "../../support/build-snapshot.ts";

const NOTHING = { features: new Set<number>(), segments: new Set<number>() };
const holding = (...segments: number[]) => ({ features: new Set<number>(), segments: new Set(segments) });

const using = (id: number, ...segmentIds: readonly number[]): Feature => ({
  ...feature(id, `f${id}`),
  segmentOverrides: segmentIds.map((segmentId) => forSegment(segmentId, 0)),
});
const of = (
  features: readonly Feature[],
  segments: readonly Segment[],
  unreadable = {},
): EnvironmentSnapshot => ({
  ...snapshot({ features, segments }),
  ...unreadable,
});

describe("a segment in an unfinished series", () => {
  it("that is new keeps its users as they were, and is not remembered half done", () => {
    const before = of([feature(1, "f1"), using(2)], []);
    const reading = of([using(1, 7), using(2)], [segment(7, "half")]);
    const shown = onlyWholeChanges({ reading, previous: before, held: holding(7), vanished: [] });
    expect(shown.features[0]).toBe(before.features[0]);
    expect(shown.features[1]).toBe(reading.features[1]);
    expect(shown.segments.has(7)).toBe(false);
    const later = onlyWholeChanges({ reading, previous: shown, held: holding(7), vanished: [] });
    expect(later.features[0]).toBe(before.features[0]);
  });

  it("that was used before stays as it was, and its users change", () => {
    const before = of([using(1, 7)], [segment(7, "old")]);
    const reading = of([using(1, 7)], [segment(7, "half")]);
    const shown = onlyWholeChanges({ reading, previous: before, held: holding(7), vanished: [] });
    expect(shown.features[0]).toBe(reading.features[0]);
    expect(shown.segments.get(7)?.name).toBe("old");
  });
});

describe("what cannot be read", () => {
  const part = { unreadable: [{ featureId: 1, detail: "d" }] };

  it("stays as it was, or is left out if it never was", () => {
    const before = of([feature(1, "good"), feature(2, "f2")], []);
    const reading = of([feature(2, "f2")], [], part);
    expect(
      onlyWholeChanges({ reading, previous: before, held: NOTHING, vanished: [] }).features[0]?.name,
    ).toBe("good");
    const first = onlyWholeChanges({ reading, previous: undefined, held: NOTHING, vanished: [] });
    expect(first.features.map(({ id }) => id)).toEqual([2]);
  });

  it("of a segment leaves its last rules in force", () => {
    const before = of([using(1, 7)], [segment(7, "good")]);
    const reading = of([using(1, 7)], [segment(7, "segment-7")], {
      unreadable: [{ segmentId: 7, detail: "d" }],
    });
    const shown = onlyWholeChanges({ reading, previous: before, held: NOTHING, vanished: [] });
    expect(shown.segments.get(7)?.name).toBe("good");
  });

  it("stays known while other parts are read, and is forgotten once it could be read", () => {
    const before = of([feature(2, "f2")], [], part);
    const other = { features: new Set([2]), segments: new Set<number>() };
    expect(mergeReading(before, of([feature(2, "f2")], []), other).unreadable).toEqual(part.unreadable);
    const own = { features: new Set([1]), segments: new Set<number>() };
    expect(mergeReading(before, of([feature(1, "f1")], []), own).unreadable).toBeUndefined();
    expect(mergeReading(before, of([feature(2, "f2")], []), "everything").unreadable).toBeUndefined();
  });
});
