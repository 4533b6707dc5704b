/** 10,000 identity overrides in one environment: bytes and evaluation steps grow with the outcomes, not with the people. */
import { describe, expect, it } from "vitest";
import type { DocumentContent, FlagdFlag, Logic } from "../../../src/model/document.ts";
import type { Feature, IdentityOverride } from "../../../src/model/environment.ts";
import type { Translation } from "../../../src/model/translation.ts";
import { jsonDepth, partsOf } from "../../../src/translate/shared/logic-walk.ts";
import { utf8Bytes } from "../../../src/translate/size.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { feature, forIdentity, forSegment, options, snapshot, split } from "../../support/build-snapshot.ts";
import { checkSchema, compiledFlagd, flagd } from "./evaluate.ts";
import { other, translate } from "./people.ts";

const person = (index: number) => `person-${index}@example.com`;
const people = (count: number, from = 0) => Array.from({ length: count }, (_, index) => person(from + index));

function flagOf(content: DocumentContent, name: string): FlagdFlag {
  const flag = content.flags[name];
  if (flag === undefined) throw new Error(`no flag ${name}`);
  return flag;
}

/** Operations in the rule: no evaluation of it takes more steps. A list of texts is one operand, however long. */
function operations(logic: Logic): number {
  const own = typeof logic === "object" && logic !== null && !Array.isArray(logic) ? 1 : 0;
  return partsOf(logic).reduce<number>((sum, part) => sum + operations(part), own);
}

/** Bytes for each override beyond the identifier and its quotes and comma. */
function overhead(translation: Translation, identifiers: readonly string[], without: Translation): number {
  const names = identifiers.reduce((sum, name) => sum + JSON.stringify(name).length + 1, 0);
  return (utf8Bytes(translation.text) - utf8Bytes(without.text) - names) / identifiers.length;
}

const withoutIdentities = (features: readonly Feature[]) =>
  translateEnvironment(snapshot({ features: features.map((one) => ({ ...one, identityOverrides: [] })) }));

describe("100 flags with 100 identity overrides each", () => {
  const features = Array.from({ length: 100 }, (_, flag) =>
    feature(flag + 1, `f${flag}`, {
      environment: { enabled: false },
      identityOverrides: people(100, flag * 100).map((name) => forIdentity(name)),
    }),
  );
  const translation = translateEnvironment(snapshot({ features }));

  it("cost some three bytes per override beyond the identifiers", () => {
    expect(translation.warnings).toEqual([]);
    const identifiers = people(10_000);
    expect(overhead(translation, identifiers, withoutIdentities(features))).toBeLessThan(3);
    expect(utf8Bytes(translation.text)).toBeLessThan(300_000);
    checkSchema(translation);
  });

  it("are decided in a dozen operations per flag", () => {
    for (const { targeting = null } of Object.values(translation.content.flags)) {
      expect(operations(targeting)).toBeLessThanOrEqual(12);
    }
  });

  it("answer every one of 1,000 people", () => {
    const ask = compiledFlagd(translation);
    for (let index = 0; index < 1_000; index += 1) {
      const [flag, inside] = [`f${index % 100}`, (index % 100) * 100 + (index % 97)];
      expect(ask(flag, { targetingKey: person(inside) })).toBe(true);
      expect(ask(flag, { targetingKey: person(inside + 100) })).toBe(false);
    }
  });
});

describe("one flag with 10,000 identity overrides, and a limit that admits them", () => {
  const settings = { identityOverrideLimit: 10_000 };
  const build = (overrides: readonly IdentityOverride[]) =>
    feature(1, "f", {
      environment: { value: "e" },
      options: options("red", "green"),
      identityOverrides: overrides,
    });

  it("is one membership test per outcome", () => {
    const values = ["a", "b", "c"];
    const one = build(
      people(10_000).map((name, index) => {
        if (index % 5 === 4) return forIdentity(name, { enabled: false });
        if (index % 5 === 3) return forIdentity(name, { value: "a", allocations: split(40, 60) });
        return forIdentity(name, { value: values[index % 5] ?? null });
      }),
    );
    const translation = translate(one, settings);
    expect(overhead(translation, people(10_000), withoutIdentities([one]))).toBeLessThan(0.3);
    const { targeting = null } = flagOf(translation.content, "f");
    expect(operations(targeting)).toBeLessThanOrEqual(5 * 8 + 8);
    expect(jsonDepth(targeting)).toBeLessThanOrEqual(10);
    const ask = compiledFlagd(translation);
    for (let index = 0; index < 1_000; index += 1) {
      const answer = ask("f", { targetingKey: person(index * 10 + (index % 5)) });
      const expected = [["a"], ["b"], ["c"], ["red", "green"], [undefined]][index % 5];
      expect(expected).toContain(answer);
    }
    expect(ask("f", other)).toBe("e");
  });

  it("takes one equality each if every person has a value of their own", () => {
    const one = build(people(10_000).map((name, index) => forIdentity(name, { value: `v${index}` })));
    const translation = translate(one, settings);
    const { targeting = null } = flagOf(translation.content, "f");
    expect(operations(targeting)).toBeLessThan(10_000 * 4.1);
    expect(jsonDepth(targeting)).toBeLessThanOrEqual(12);
    const ask = compiledFlagd(translation);
    for (const index of [0, 1, 899, 900, 901, 5_000, 9_999]) {
      expect(ask("f", { targetingKey: person(index) })).toBe(`v${index}`);
    }
    expect(ask("f", other)).toBe("e");
  });
});

describe("the limit", () => {
  const build = (count: number) =>
    feature(1, "f", {
      environment: { value: "e" },
      identityOverrides: people(count).map((name, index) => forIdentity(name, { id: index + 1, value: "i" })),
    });
  const got = (count: number, limit?: number) => {
    const translation = translate(build(count), limit === undefined ? {} : { identityOverrideLimit: limit });
    const ask = compiledFlagd(translation);
    return {
      served: people(count).filter((targetingKey) => ask("f", { targetingKey }) === "i").length,
      warnings: translation.warnings.map(({ detail }) => detail),
    };
  };

  it("admits 100, drops the 101st and warns of it", () => {
    expect(got(100)).toEqual({ served: 100, warnings: [] });
    expect(got(101)).toEqual({
      served: 100,
      warnings: ["1 identity override dropped, the limit is 100"],
    });
    expect(got(2_500)).toEqual({
      served: 100,
      warnings: ["2400 identity overrides dropped, the limit is 100"],
    });
  });

  it("may be 1, and 0 serves none", () => {
    expect(got(2, 1)).toEqual({ served: 1, warnings: ["1 identity override dropped, the limit is 1"] });
    expect(got(2, 0)).toEqual({ served: 0, warnings: ["2 identity overrides dropped, the limit is 0"] });
  });

  it("counts per flag, not per environment", () => {
    const features = [1, 2].map((id) => ({ ...build(100), id, name: `f${id}` }));
    expect(translateEnvironment(snapshot({ features })).warnings).toEqual([]);
  });

  it("leaves who is dropped to the segments and the environment", () => {
    const one = { ...build(101), segmentOverrides: [forSegment(1, 0, { value: "b" })] };
    const ask = flagd(translate(one));
    expect(ask("f", { targetingKey: person(99), beta: "yes" })).toBe("i");
    expect(ask("f", { targetingKey: person(100), beta: "yes" })).toBe("b");
    expect(ask("f", { targetingKey: person(100) })).toBe("e");
  });
});
