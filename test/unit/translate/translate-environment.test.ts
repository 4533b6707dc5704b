import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot, Segment, SegmentRule } from "../../../src/model/environment.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import {
  condition,
  feature,
  forIdentity,
  forSegment,
  options,
  rule,
  segment,
  snapshot,
  split,
} from "../../support/build-snapshot.ts";
import { checkSchema, flagd } from "./evaluate.ts";

describe("the document", () => {
  it("has the set's metadata and no version, which is the publisher's", () => {
    expect(translateEnvironment(snapshot({ features: [] }))).toMatchObject({
      content: {
        $schema: "https://flagd.dev/schema/v0/flags.json",
        flags: {},
        metadata: {
          flagSetId: "Shop/Production",
          "flagsmith.environmentId": 7,
          "flagsmith.translatorVersion": "v1",
        },
      },
      warnings: [],
      featureNames: [],
    });
  });

  it("carries warnings as JSON in a string", () => {
    const odd = segment(1, "Odd", rule("SOME", condition("x", "EQUAL", "y")));
    const one = feature(1, "f", { segmentOverrides: [forSegment(1, 0, { enabled: false })] });
    const { content } = translateEnvironment(snapshot({ features: [one], segments: [odd] }));
    expect(JSON.parse(String(content.metadata["flagsmith.warnings"]))).toEqual([
      { reason: "unknown_operator", detail: 'feature=f; segment=Odd; rule type "SOME"' },
    ]);
  });
});

describe("shared segments", () => {
  const beta = segment(1, "Beta", condition("beta", "EQUAL", "yes"));
  const odd = segment(2, "Odd", condition("price", "EQUAL", '"5$" \\ é'));
  const nobody = segment(3, "Nobody");
  const overrides = () => [1, 2, 3].map((id) => forSegment(id, id, { value: `v${id}` }));
  const features = [1, 2].map((id) =>
    feature(id, `f${id}`, { environment: { value: "e" }, segmentOverrides: overrides() }),
  );
  const translation = translateEnvironment(snapshot({ features, segments: [beta, odd, nobody] }));

  it("are referenced if they can be spliced as text, else written out, and constants are folded", () => {
    expect(Object.keys(translation.content.$evaluators ?? {})).toEqual(["Beta"]);
    const targeting = JSON.stringify(translation.content.flags.f2?.targeting);
    expect(targeting).toContain('[{"$ref":"Beta"},"override_Beta",');
    expect(targeting).not.toContain('"v3"');
  });

  it("answer the same", () => {
    const ask = flagd(translation);
    for (const flag of ["f1", "f2"]) {
      expect(ask(flag, { targetingKey: "u", beta: "yes" })).toBe("v1");
      expect(ask(flag, { targetingKey: "u", price: '"5$" \\ é' })).toBe("v2");
      expect(ask(flag, { targetingKey: "u" })).toBe("e");
    }
    checkSchema(translation);
  });

  it("are told apart by id, not by name", () => {
    const mails = [5, 6].map((id) => segment(id, "mail", condition("in", "EQUAL", `list ${id}`)));
    const both = [1, 2].map((id) =>
      feature(id, `f${id}`, {
        environment: { value: "e" },
        segmentOverrides: [5, 6].map((segmentId) =>
          forSegment(segmentId, segmentId, { value: `v${segmentId}` }),
        ),
      }),
    );
    const two = translateEnvironment(snapshot({ features: both, segments: mails.toReversed() }));
    expect(Object.keys(two.content.$evaluators ?? {})).toEqual(["mail", "mail-2"]);
    const ask = flagd(two);
    for (const flag of ["f1", "f2"]) {
      expect([5, 6, 7].map((id) => ask(flag, { in: `list ${id}` }))).toEqual(["v5", "v6", "e"]);
    }
  });

  it("are not counted where a flag's answer no longer depends on them", () => {
    const [first, second] = features;
    if (first === undefined || second === undefined) throw new Error("two features");
    const asDefault = { ...second, segmentOverrides: [forSegment(1, 0, { value: "e" })] };
    const { content } = translateEnvironment(
      snapshot({ features: [first, asDefault], segments: [beta, odd] }),
    );
    expect(content.$evaluators).toBeUndefined();
    expect(content.flags.f2?.targeting).toBeUndefined();
  });

  it("warn every feature that uses them", () => {
    const unclear = segment(1, "Unclear", rule("SOME", condition("x", "EQUAL", "y")));
    const { warnings } = translateEnvironment(snapshot({ features, segments: [unclear, odd, nobody] }));
    expect(warnings.map(({ feature, reason }) => [feature, reason])).toEqual([
      ["f1", "unknown_operator"],
      ["f2", "unknown_operator"],
    ]);
  });
});

describe("size", () => {
  const adults = segment(1, "Adults", condition("age", "GREATER_THAN", "17"));
  const one = feature(1, "big", {
    environment: { value: "x".repeat(500) },
    segmentOverrides: [forSegment(1, 0, { value: "a" })],
  });
  const input = snapshot({ features: [one, feature(2, "small")], segments: [adults] });

  it("above the budget the compact forms are used, and said so", () => {
    const exact = translateEnvironment(input);
    const compact = translateEnvironment(input, { sizeBudgetBytes: 600 });
    expect(compact.warnings).toMatchObject([{ reason: "compact_encoding" }]);
    expect(JSON.stringify(compact.content.flags).length).toBeLessThan(
      JSON.stringify(exact.content.flags).length,
    );
    const ask = flagd(compact);
    expect([18, 17].map((age) => ask("big", { targetingKey: "u", age }) === "a")).toEqual([true, false]);
  });

  it("near what clients take it says what costs most", () => {
    const { warnings, content } = translateEnvironment(input, { maxDocumentBytes: 600 });
    expect(warnings).toMatchObject([
      {
        reason: "document_too_large",
        detail: expect.stringMatching(/clients take 600; largest: flag big \d+ bytes, flag small/),
      },
    ]);
    expect(content.metadata["flagsmith.warnings"]).toContain("document_too_large");
  });
});

describe("row order", () => {
  const base = snapshot({
    segments: [
      segment(1, "mail", rule("ALL", condition("a", "EQUAL", "1"), condition("b", "EQUAL", "2"))),
      segment(
        2,
        "mail",
        rule("ANY", condition("c", "EQUAL", "3"), rule("NONE", condition("d", "IS_SET"))),
        rule("ALL", condition("e", "IS_SET")),
      ),
    ],
    features: [1, 2, 3].map((id) =>
      feature(id, `f${id}`, {
        tags: ["x", "y", "z"],
        environment: { id: id * 100, value: "e", allocations: split(10, 20) },
        options: options("o1", "o2", "o3"),
        segmentOverrides: [
          forSegment(1, 0, { id: id * 100 + 1, value: "s!" }),
          forSegment(2, 0, { id: id * 100 + 2, value: "t" }),
        ],
        identityOverrides: ["a.b", "a-b", "a b", "c", "d"].map((name, index) =>
          forIdentity(name, { id: id * 100 + 10 + index, value: index > 2 ? "same" : `i${index}` }),
        ),
      }),
    ),
    settings: { identityOverrideLimit: 4 },
  });
  const expected = JSON.stringify(translateEnvironment(base));

  it("never changes the document", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const shuffle = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, place: numbers.next().value }))
            .sort((left, right) => left.place - right.place)
            .map(({ item }) => item);
        const shuffleRule = (one: SegmentRule): SegmentRule => ({
          ...one,
          conditions: shuffle(one.conditions),
          rules: shuffle(one.rules.map(shuffleRule)),
        });
        const shuffleSegment = (one: Segment): Segment => ({
          ...one,
          rules: shuffle(one.rules.map(shuffleRule)),
        });
        const shuffled: EnvironmentSnapshot = {
          ...base,
          features: shuffle(base.features).map((one) => ({
            ...one,
            tags: shuffle(one.tags),
            options: shuffle(one.options),
            segmentOverrides: shuffle(one.segmentOverrides),
            identityOverrides: shuffle(one.identityOverrides),
          })),
          segments: new Map(shuffle([...base.segments]).map(([id, one]) => [id, shuffleSegment(one)])),
        };
        expect(JSON.stringify(translateEnvironment(shuffled))).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });
});
