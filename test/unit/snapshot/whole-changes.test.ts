import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot, Feature, Segment } from "../../../src/model/environment.ts";
import { onlyWholeChanges } from "../../../src/snapshot/whole-changes.ts";

const NOTHING = { features: new Set<number>(), segments: new Set<number>() };

function feature(id: number, value: string): Feature {
  return {
    id,
    name: `f${id}`,
    description: null,
    tags: [],
    options: [],
    environmentState: { id: id * 10, enabled: true, value, allocations: [] },
    segmentOverrides: [],
    identityOverrides: [],
  };
}

function snapshot(features: readonly Feature[], segments: readonly Segment[] = []): EnvironmentSnapshot {
  return {
    environmentId: 1,
    environmentName: "e",
    environmentKey: "k",
    projectId: 1,
    projectName: "p",
    settings: { semantics: "flagsmith", identityOverrideLimit: 100 },
    features,
    segments: new Map(segments.map((segment) => [segment.id, segment])),
  };
}

const values = (of: EnvironmentSnapshot) =>
  of.features.map(({ id, environmentState }) => [id, environmentState.value]);

describe("onlyWholeChanges", () => {
  it("passes a reading on as it is when nothing stands in the way", () => {
    const reading = snapshot([feature(1, "new")]);
    const input = {
      reading,
      previous: snapshot([feature(1, "old")]),
      held: NOTHING,
      vanished: [],
    };
    expect(onlyWholeChanges(input)).toBe(reading);
  });

  it("keeps a feature in a series as it was, and leaves out a new one", () => {
    const result = onlyWholeChanges({
      reading: snapshot([feature(1, "half"), feature(2, "new"), feature(3, "half")]),
      previous: snapshot([feature(1, "old"), feature(2, "old")]),
      held: { features: new Set([1, 3]), segments: new Set() },
      vanished: [],
    });
    expect(values(result)).toEqual([
      [1, "old"],
      [2, "new"],
    ]);
  });

  it("keeps features that lost all their states, but not deleted ones", () => {
    const result = onlyWholeChanges({
      reading: snapshot([feature(2, "new")]),
      previous: snapshot([feature(1, "old"), feature(2, "old"), feature(3, "deleted meanwhile")]),
      held: NOTHING,
      vanished: [1],
    });
    expect(values(result)).toEqual([
      [1, "old"],
      [2, "new"],
    ]);
  });

  it("keeps a segment in a series as it was", () => {
    const before: Segment = { id: 5, name: "s", rules: [{ type: "ALL", conditions: [], rules: [] }] };
    const after: Segment = { id: 5, name: "s", rules: [] };
    const result = onlyWholeChanges({
      reading: snapshot([feature(1, "new")], [after]),
      previous: snapshot([feature(1, "old")], [before]),
      held: { features: new Set(), segments: new Set([5]) },
      vanished: [],
    });
    expect(result.segments.get(5)).toBe(before);
    expect(values(result)).toEqual([[1, "new"]]);
  });

  it("shows a first reading without what is in a series", () => {
    const result = onlyWholeChanges({
      reading: snapshot([feature(1, "half"), feature(2, "new")]),
      previous: undefined,
      held: { features: new Set([1]), segments: new Set() },
      vanished: [],
    });
    expect(values(result)).toEqual([[2, "new"]]);
  });
});
