/** Environments of one project share work, and nobody can tell from the bytes. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Segment } from "../../../src/model/environment.ts";
import { CommonWork } from "../../../src/translate/kept/common-work.ts";
import { TranslationCache } from "../../../src/translate/kept/translation-cache.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { condition, feature, forSegment, segment, snapshot } from "../../support/build-snapshot.ts";
import { afterChange, anyChange, firstEnvironment } from "./changing-environment.ts";

const SCOPE = { environment: { name: "Production", key: "production" }, encoding: "exact" } as const;

it("gives each environment the document that it would have alone, whatever others came before", () => {
  fc.assert(
    fc.property(fc.array(anyChange, { minLength: 10, maxLength: 40 }), (changes) => {
      const common = new CommonWork();
      let environment = firstEnvironment();
      for (const change of changes) {
        environment = afterChange(environment, change);
        const { snapshot: input, ...limits } = environment;
        const shared = translateEnvironment(input, { ...limits, cache: new TranslationCache(common) });
        expect(JSON.stringify(shared)).toBe(JSON.stringify(translateEnvironment(input, limits)));
      }
    }),
    { numRuns: 20 },
  );
});

it("translates a segment that several environments hold once", () => {
  const common = new CommonWork();
  const adults = (): Segment => segment(1, "adults", condition("age", "GREATER_THAN", "17"));
  const first = common.translateSegment(adults(), SCOPE);
  const elsewhere = { name: "Staging", key: "staging" };
  expect(common.translateSegment(adults(), { ...SCOPE, environment: elsewhere })).toBe(first);
  expect(common.translateSegment(adults(), { ...SCOPE, encoding: "compact" })).not.toBe(first);
  expect(common.translateSegment({ ...adults(), id: 2 }, SCOPE)).not.toBe(first);
});

it("never gives one environment what depends on the name or the key of another", () => {
  const common = new CommonWork();
  for (const property of ["$.environment.name", "$.environment.key", "$.identity.key"]) {
    const only = segment(
      1,
      "only",
      condition(property, "EQUAL", "production_ann"),
      condition(property, "CONTAINS", "Prod"),
    );
    const input = (environmentName: string, environmentKey: string) => ({
      ...snapshot({
        features: [1, 2].map((id) =>
          feature(id, `f${id}`, { segmentOverrides: [forSegment(1, 0, { value: "x" })] }),
        ),
        segments: [only],
      }),
      environmentName,
      environmentKey,
    });
    for (const each of [input("Production", "production"), input("Staging", "staging")]) {
      const shared = translateEnvironment(each, { cache: new TranslationCache(common) });
      expect(shared.text).toBe(translateEnvironment(each).text);
    }
  }
});

it("keeps no more than a few hundred segments, and no table of parts for ever", () => {
  const common = new CommonWork();
  const first = common.translateSegment(segment(0, "s", condition("age", "GREATER_THAN", "0")), SCOPE);
  const { table } = common;
  for (let id = 1; id <= 300; id += 1) {
    common.translateSegment(segment(id, "s", condition("age", "GREATER_THAN", `${id}`)), SCOPE);
  }
  expect(common.translateSegment(segment(0, "s", condition("age", "GREATER_THAN", "0")), SCOPE)).not.toBe(
    first,
  );
  expect(common.table).toBe(table);
  for (let number = 0; number <= 5_000; number += 1) table.of(number);
  expect(common.table).not.toBe(table);
});
