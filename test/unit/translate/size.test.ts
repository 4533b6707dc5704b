/** Size is propagation time: flagd needs about 6 s per MB of dense logic (translation.md, Size). */
import { describe, expect, it } from "vitest";
import { utf8Bytes } from "../../../src/translate/size.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { forSegment } from "../../support/build-snapshot.ts";
import { checkSchema, compiledFlagd } from "./evaluate.ts";
import { membershipOf, NUMERIC, somebody, typicalEnvironment } from "./typical.ts";

describe("a typical environment", () => {
  const input = typicalEnvironment();
  const segments = [...input.segments.values()];
  const exact = translateEnvironment(input);
  const exactBytes = utf8Bytes(exact.text);

  it("has 200 flags, 30 segments, 150 overrides, a third of the conditions numeric", () => {
    const conditions = segments.flatMap(({ rules }) => rules.flatMap((one) => one.conditions));
    const share = conditions.filter((one) => NUMERIC.includes(one)).length / conditions.length;
    expect(Math.abs(share - 1 / 3)).toBeLessThan(0.02);
    expect(input.features).toHaveLength(200);
    expect(segments).toHaveLength(30);
    expect(input.features.reduce((sum, one) => sum + one.segmentOverrides.length, 0)).toBe(150);
    const used = input.features.flatMap((one) => one.segmentOverrides.map(({ segmentId }) => segmentId));
    expect(new Set(used).size).toBe(30);
  });

  it("stays below 150 KB exact", () => {
    expect(exact.warnings.map(({ reason }) => reason)).not.toContain("compact_encoding");
    expect(exactBytes).toBeLessThan(150_000);
    checkSchema(exact);
  });

  it("stays below 150 KB exact where every segment is used once, so that none can be shared", () => {
    const features = input.features.map((one, index) => ({
      ...one,
      segmentOverrides: index < 30 ? [forSegment(index + 1, 0, { value: one.environmentState.value })] : [],
    }));
    const alone = translateEnvironment({ ...input, features });
    const names = Object.keys(alone.content.$evaluators ?? {});
    expect(names.filter((name) => !name.startsWith("part-"))).toEqual([]);
    expect(utf8Bytes(alone.text)).toBeLessThan(100_000);
    checkSchema(alone);
  });

  it("is exact at a budget of its own size, and compact one byte below", () => {
    expect(translateEnvironment(input, { sizeBudgetBytes: exactBytes })).toEqual(exact);
    const compact = translateEnvironment(input, { sizeBudgetBytes: exactBytes - 1 });
    expect(compact.warnings.filter(({ reason }) => reason === "compact_encoding")).toEqual([
      {
        reason: "compact_encoding",
        detail: `the exact document has ${exactBytes} bytes, the budget is ${exactBytes - 1}`,
      },
    ]);
    expect(utf8Bytes(compact.text)).toBeLessThan(0.75 * exactBytes);
    checkSchema(compact);
  });

  it("lets nobody into a segment by the compact forms whom the exact ones keep out", () => {
    const membership = membershipOf(segments);
    const inExact = compiledFlagd(translateEnvironment(membership));
    const inCompact = compiledFlagd(translateEnvironment(membership, { sizeBudgetBytes: 0 }));
    const kept = { in: 0, out: 0 };
    for (let index = 0; index < 2_000; index += 1) {
      const context = somebody(index);
      for (const { id } of segments) {
        const [wide, narrow] = [inExact(`in ${id}`, context), inCompact(`in ${id}`, context)];
        if (wide !== true) expect([id, context, narrow]).toEqual([id, context, false]);
        else kept[narrow === true ? "in" : "out"] += 1;
      }
    }
    expect(Math.min(kept.in, kept.out)).toBeGreaterThan(1_000);
  });

  it("answers the same where no condition is narrower", () => {
    const compact = translateEnvironment(input, { sizeBudgetBytes: 0 });
    const [one, other] = [compiledFlagd(exact), compiledFlagd(compact)];
    for (let index = 0; index < 20; index += 1) {
      const targetingKey = `person-${index}`;
      const context = { targetingKey, plan: "premium", country: "DE", age: 20, orders: 12 };
      for (const { name } of input.features) expect(other(name, context)).toBe(one(name, context));
    }
  });
});
