import { describe, expect, it } from "vitest";
import { DirtyScopes } from "../../../src/snapshot/dirty-scopes.ts";

const scope = (features: number[], segments: number[]) => ({
  features: new Set(features),
  segments: new Set(segments),
});

describe("DirtyScopes", () => {
  it("gathers what changed until it is taken", () => {
    const dirty = new DirtyScopes();
    dirty.add(1, { features: [7], segments: null });
    dirty.add(1, { features: null, segments: [3] });
    dirty.add(1, { features: [8, 7], segments: null });
    dirty.add(2, { features: [9], segments: [] });
    expect(dirty.take(1)).toEqual(scope([7, 8], [3]));
    expect(dirty.take(1)).toBeUndefined();
    expect(dirty.take(2)).toEqual(scope([9], []));
  });

  it("takes what names nothing for everything, and stays there", () => {
    const dirty = new DirtyScopes();
    dirty.add(1, { features: [7], segments: null });
    dirty.add(1, { features: null, segments: null });
    dirty.add(1, { features: [8], segments: null });
    expect(dirty.take(1)).toBe("everything");
  });

  it("is not dirty for nothing, and forgets", () => {
    const dirty = new DirtyScopes();
    dirty.add(1, { features: [], segments: [] });
    expect(dirty.take(1)).toBeUndefined();
    dirty.add(2, "everything");
    dirty.forget(2);
    expect(dirty.take(2)).toBeUndefined();
  });
});
