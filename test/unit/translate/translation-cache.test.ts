/** A change costs only what changed, and nobody can tell from the bytes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/model/canonical-json.ts";
import type { Feature, Segment } from "../../../src/model/environment.ts";
import { TranslationCache } from "../../../src/translate/kept/translation-cache.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import {
  condition,
  feature,
  forIdentity,
  forSegment,
  segment,
  snapshot,
} from "../../support/build-snapshot.ts";
import {
  afterChange,
  anyChange,
  type ChangingEnvironment,
  firstEnvironment,
} from "./changing-environment.ts";

function expectSame(environment: ChangingEnvironment, cache: TranslationCache): void {
  const { snapshot: input, ...limits } = environment;
  const cached = translateEnvironment(input, { ...limits, cache });
  const fresh = translateEnvironment(input, limits);
  expect(cached.text).toBe(fresh.text);
  expect(JSON.stringify(cached)).toBe(JSON.stringify(fresh));
  expect(fresh.text).toBe(canonicalJson(fresh.content));
}

describe("a translation with a cache", () => {
  it("is the one without, byte for byte, after any history of changes", () => {
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 10, maxLength: 30 }), (changes) => {
        const cache = new TranslationCache();
        let environment = firstEnvironment();
        expectSame(environment, cache);
        for (const change of changes) {
          environment = afterChange(environment, change);
          expectSame(environment, cache);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is tried on documents of every kind", () => {
    let environment = firstEnvironment();
    const seen = { compact: 0, exact: 0, large: 0, sharedSegments: 0, sharedParts: 0, warned: 0 };
    for (const change of fc.sample(anyChange, { numRuns: 200, seed: 1 })) {
      environment = afterChange(environment, change);
      const { content, warnings } = translateEnvironment(environment.snapshot, environment);
      const reasons = warnings.map(({ reason }) => reason);
      const shared = Object.keys(content.$evaluators ?? {});
      seen[reasons.includes("compact_encoding") ? "compact" : "exact"] += 1;
      if (reasons.includes("document_too_large")) seen.large += 1;
      if (shared.some((name) => !/^part-.*-/.test(name))) seen.sharedSegments += 1;
      if (shared.some((name) => /^part-.*-/.test(name))) seen.sharedParts += 1;
      if (reasons.includes("type_mismatch")) seen.warned += 1;
    }
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(10);
  });

  it("is the one without, also when so many parts came and went that the table of parts was made anew", () => {
    const cache = new TranslationCache();
    const often = [condition("age", "GREATER_THAN", "18"), condition("age", "LESS_THAN", "99")];
    const still = segment(3, "still", ...often);
    const features = [1, 2, 3].map((id) =>
      feature(id, `f${id}`, { segmentOverrides: [forSegment(id, 0, { value: "x" })] }),
    );
    for (let round = 0; round < 12; round += 1) {
      const conditions = Array.from({ length: 40 }, (_, index) =>
        condition(`trait ${round} ${index}`, "GREATER_THAN", `${round}${index}`),
      );
      const changing = [1, 2].map((id) => segment(id, `s${id}`, ...often, ...conditions.slice(id)));
      const input = snapshot({ features, segments: [...changing, still] });
      expectSame({ snapshot: input, sizeBudgetBytes: 1e6, maxDocumentBytes: 1e7 }, cache);
    }
  });

  it("sees at once what repeats in two flags that use no segment", () => {
    const cache = new TranslationCache();
    const people = Array.from({ length: 20 }, (_, index) =>
      forIdentity(`person-${index}@example.com`, { value: "theirs" }),
    );
    const flags = (...withPeople: readonly number[]) =>
      [1, 2, 3].map((id) =>
        feature(id, `f${id}`, {
          environment: { value: "all" },
          identityOverrides: withPeople.includes(id) ? people : [],
        }),
      );
    const sharedParts = [[1], [1, 2], [1, 2, 3], [3], []].map((withPeople) => {
      const input = snapshot({ features: flags(...withPeople) });
      expectSame({ snapshot: input, sizeBudgetBytes: 1e6, maxDocumentBytes: 1e7 }, cache);
      return Object.keys(translateEnvironment(input).content.$evaluators ?? {}).length;
    });
    expect(sharedParts).toEqual([0, 1, 1, 0, 0]);
  });

  it("translates again only the features and segments that changed", () => {
    const looks = new Map<string, number>();
    const counting = <Item extends Feature | Segment>(item: Item, member: keyof Item & string): Item => {
      const value = item[member];
      return Object.defineProperty({ ...item }, member, {
        enumerable: true,
        get() {
          looks.set(item.name, (looks.get(item.name) ?? 0) + 1);
          return value;
        },
      });
    };
    const segments = [1, 2].map((id) =>
      counting(segment(id, `s${id}`, condition("age", "GREATER_THAN", `${id}`)), "rules"),
    );
    const features = [1, 2, 3].map((id) =>
      counting(
        feature(id, `f${id}`, { segmentOverrides: [forSegment(id < 3 ? 1 : 2, 0, { value: id })] }),
        "tags",
      ),
    );
    const cache = new TranslationCache();
    const looksAt = (input: { features: readonly Feature[]; segments: readonly Segment[] }): string[] => {
      looks.clear();
      translateEnvironment(snapshot(input), { cache });
      return [...looks.keys()].sort();
    };
    expect(looksAt({ features, segments })).toEqual(["f1", "f2", "f3", "s1", "s2"]);
    expect(looksAt({ features, segments })).toEqual([]);
    const [f1, f2, f3] = features as [Feature, Feature, Feature];
    const [s1, s2] = segments as [Segment, Segment];
    const described = counting({ ...f2, description: "new" }, "tags");
    looks.clear();
    expect(looksAt({ features: [f1, described, f3], segments })).toEqual(["f2"]);
    const edited = counting(segment(2, "s2", condition("age", "LESS_THAN", "9")), "rules");
    expect(looksAt({ features: [f1, described, f3], segments: [s1, edited] })).toEqual(["f3", "s2"]);
    expect(looksAt({ features: [f1, described], segments: [s1, s2] })).toEqual([]);
  });
});
