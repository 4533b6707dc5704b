/** A bug of ours that one feature or segment brings out never takes down its neighbours. */
import { describe, expect, it } from "vitest";
import type { Feature, Segment } from "../../../src/model/environment.ts";
import type { TranslationFailure } from "../../../src/translate/failure.ts";
import { TranslationCache } from "../../../src/translate/kept/translation-cache.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { condition, feature, forSegment, segment, snapshot } from "../../support/build-snapshot.ts";
import { checkSchema, flagd } from "./evaluate.ts";

/** The same, but reading one member throws: as a bug would, at the step of the translation that reads it. */
function failingAt<Item extends object>(item: Item, member: keyof Item & string): Item {
  return Object.defineProperty({ ...item }, member, {
    enumerable: true,
    get() {
      throw new TypeError(`${member} of somebody@example.com`);
    },
  });
}

const beta = segment(1, "Beta", condition("beta", "EQUAL", "yes"), condition("age", "GREATER_THAN", "17"));
const gold = segment(2, "Gold", condition("plan", "EQUAL", "gold"));
const flagOf = (id: number, value: string): Feature =>
  feature(id, `f${id}`, {
    environment: { value: "all" },
    segmentOverrides: [forSegment(1, 0, { value }), forSegment(2, 1, { value: "gold" })],
  });
const [f1, f2, f3] = [flagOf(1, "one"), flagOf(2, "two"), flagOf(3, "three")];
const member = { targetingKey: "u", beta: "yes", age: 18 };

function translate(
  features: readonly Feature[],
  cache?: TranslationCache,
  segments: readonly Segment[] = [beta, gold],
) {
  const failures: TranslationFailure[] = [];
  const translation = translateEnvironment(snapshot({ features, segments }), {
    ...(cache ? { cache } : {}),
    onFailure: (failure) => failures.push(failure),
  });
  checkSchema(translation);
  return { ...translation, failures };
}

/** Each is read by another step of the translation. */
const STEPS = ["segmentOverrides", "environmentState", "tags", "description"] as const;

describe.each(STEPS)("a feature whose translation throws (%s)", (step) => {
  const failing = failingAt(f2, step);

  it("is left out if it never was translated; the others are as if it did not exist", () => {
    const { content, warnings, failures } = translate([f1, failing, f3]);
    const without = translate([f1, f3]);
    expect(content.flags).toEqual(without.content.flags);
    expect(content.$evaluators).toEqual(without.content.$evaluators);
    expect(warnings).toEqual([
      { reason: "translation_failed", detail: "left out (TypeError in the translation)", feature: "f2" },
    ]);
    expect(failures).toMatchObject([{ what: "feature", id: 2, name: "f2", thrown: expect.any(TypeError) }]);
  });

  it("stays as it was, and is itself again as soon as it can", () => {
    const cache = new TranslationCache();
    const before = translate([f1, f2, f3], cache);
    const during = translate([f1, failing, f3], cache);
    expect(during.warnings).toMatchObject([
      { reason: "translation_failed", detail: expect.stringMatching(/^left as it was/), feature: "f2" },
    ]);
    const ask = flagd(during);
    for (const [name, value] of [
      ["f1", "one"],
      ["f2", "two"],
      ["f3", "three"],
    ] as const) {
      expect([ask(name, member), ask(name, { plan: "gold" }), ask(name)]).toEqual([value, "gold", "all"]);
    }
    expect(translate([f1, failing, f3], cache)).toMatchObject({ text: during.text, failures: [] });
    expect(translate([f1, f2, f3], cache).text).toBe(before.text);
  });

  it("stays as it was although its segments are no more what they were", () => {
    const cache = new TranslationCache();
    translate([f1, f2, f3], cache);
    const edited = segment(1, "Beta", condition("beta", "EQUAL", "no longer"));
    const ask = flagd(translate([failing, f3], cache, [edited]));
    expect([ask("f2", member), ask("f2", { plan: "gold" })]).toEqual(["two", "gold"]);
    expect([ask("f3", member), ask("f3", { beta: "no longer" })]).toEqual(["all", "three"]);
  });
});

it("a stack that overflows is such a failure: here by 200,000 weights in one state", () => {
  const weights = Array.from({ length: 200_000 }, () => ({ optionId: 1, percentage: 0.001 }));
  const heavy = feature(2, "heavy", {
    environment: { value: "x", allocations: weights },
    options: [{ id: 1, key: null, value: "y" }],
  });
  const { content, warnings } = translate([f1, heavy]);
  expect(Object.keys(content.flags)).toEqual(["f1"]);
  expect(warnings).toMatchObject(
    [{ reason: "translation_failed", detail: /RangeError/, feature: "heavy" }].map((one) => ({
      ...one,
      detail: expect.stringMatching(one.detail),
    })),
  );
});

describe("a segment whose translation throws", () => {
  const broken = { ...beta, rules: [failingAt(beta.rules[0] ?? never(), "conditions")] };

  it("has nobody, for every feature that uses it; other segments are as they were", () => {
    const { warnings, failures, ...translation } = translate([f1, f2], undefined, [broken, gold]);
    const ask = flagd(translation);
    expect([ask("f1", member), ask("f1", { ...member, plan: "gold" })]).toEqual(["all", "gold"]);
    const detail = "segment=Beta; matches nobody (TypeError in the translation)";
    expect(warnings).toEqual(
      ["f1", "f2"].map((name) => ({ reason: "translation_failed", detail, feature: name })),
    );
    expect(failures).toMatchObject([{ what: "segment", id: 1, name: "Beta" }]);
  });

  it("has its members again as soon as it can", () => {
    const cache = new TranslationCache();
    translate([f1, f2], cache, [broken, gold]);
    expect(translate([f1, f2], cache).text).toBe(translate([f1, f2]).text);
  });
});

function never(): never {
  throw new Error("the segment has a rule");
}

it("says what kind of error it was, never what it said: warnings go out to every client", () => {
  const { content, warnings } = translate([f1, failingAt(f2, "tags")]);
  expect(JSON.stringify([content, warnings])).not.toContain("example.com");
});
