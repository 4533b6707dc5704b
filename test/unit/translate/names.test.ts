/** Whatever people call things: the document stays well-formed, evaluates, and answers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/model/canonical-json.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import {
  condition,
  feature,
  forIdentity,
  forSegment,
  options,
  segment,
  snapshot,
  split,
} from "../../support/build-snapshot.ts";
import { checkSchema, flagd } from "./evaluate.ts";

const ODD = [
  ..."\"'`\\/$&%{}[]()<>|~^.,:;!?*+-_= \t\n\r\u0000\u007f\u2028é☃🎉",
  ...[
    "",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "length",
    "0",
    "-1",
    "1e3",
    "null",
    "true",
  ],
  ...["$ref", '{"$ref":"x"}', '"$ref":"x"', "$1", "$&", "\\u0041", "control", "off", "variant_1", "part-age"],
  ...["$schema", "$evaluators", "$flagd", "flags", "metadata", "a/b", "x".repeat(2000), "☃".repeat(700)],
];
const anyName = fc.oneof(
  fc.constantFrom(...ODD),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.tuple(fc.constantFrom(...ODD), fc.constantFrom(...ODD)).map((parts) => parts.join("")),
);
const anyEnvironment = fc.record({
  project: anyName,
  environment: anyName,
  features: fc.uniqueArray(anyName, { minLength: 1, maxLength: 4 }),
  segments: fc.array(anyName, { minLength: 2, maxLength: 2 }),
  identities: fc.uniqueArray(
    anyName.filter((name) => name !== ""),
    { minLength: 2, maxLength: 4 },
  ),
  texts: fc.array(anyName, { minLength: 3, maxLength: 3 }),
});

function build(names: typeof anyEnvironment extends fc.Arbitrary<infer Names> ? Names : never) {
  const [ofAll = "", ofSegment = "", ofOption = ""] = names.texts;
  const features = names.features.map((name, index) =>
    feature(index + 1, name, {
      description: ofAll,
      tags: names.texts,
      environment: { value: ofAll, allocations: split(50) },
      options: options(ofOption).map((option) => ({ ...option, key: ofSegment })),
      segmentOverrides: [1, 2].map((id) => forSegment(id, id, { value: `${ofSegment}${id}` })),
      identityOverrides: names.identities.map((identifier, place) =>
        forIdentity(identifier, { value: `${identifier}${place}` }),
      ),
    }),
  );
  const segments = names.segments.map((name, index) =>
    segment(index + 1, name, condition("in", "EQUAL", `${ofAll}${index}`)),
  );
  const base = snapshot({ features, segments });
  return { ...base, projectName: names.project, environmentName: names.environment };
}

describe("names of every kind", () => {
  it("leave a document that is JSON, answers each person, and that the schema admits", () => {
    fc.assert(
      fc.property(anyEnvironment, (names) => {
        const translation = translateEnvironment(build(names));
        const { content } = translation;
        const text = canonicalJson(content);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(JSON.stringify(content))).toEqual(content);
        expect(Object.keys(content.flags).sort()).toEqual([...names.features].sort());
        const ask = flagd(translation);
        const [ofAll = "", ofSegment = "", ofOption = ""] = names.texts;
        for (const flag of names.features) {
          for (const [place, identifier] of names.identities.entries()) {
            expect(ask(flag, { targetingKey: identifier })).toBe(`${identifier}${place}`);
          }
          for (const place of [1, 0]) {
            expect(ask(flag, { in: `${ofAll}${place}` })).toBe(`${ofSegment}${place + 1}`);
          }
          expect(ask(flag)).toBe(ofAll);
          expect([ofAll, ofOption]).toContain(ask(flag, { targetingKey: "nobody else" }));
        }
        if (names.features.every((name) => /^.+$/u.test(name))) checkSchema(translation);
      }),
      { numRuns: 200 },
    );
  });

  it("never leave a flag set id empty, nor a name that needs quoting", () => {
    fc.assert(
      fc.property(anyEnvironment, (names) => {
        const { content } = translateEnvironment(build(names));
        expect(content.metadata.flagSetId).toMatch(/^[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+$/);
        const variants = Object.values(content.flags).flatMap((flag) => Object.keys(flag.variants));
        for (const name of [...variants, ...Object.keys(content.$evaluators ?? {})]) {
          expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);
        }
        for (const { defaultVariant, variants: table } of Object.values(content.flags)) {
          expect(defaultVariant === "" || Object.hasOwn(table, defaultVariant)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("of traits and values leave rules that evaluate for everybody", () => {
    const operators = [
      "EQUAL",
      "NOT_EQUAL",
      "CONTAINS",
      "IN",
      "GREATER_THAN",
      "REGEX",
      "IS_NOT_SET",
      "MODULO",
    ];
    const anyCondition = fc.tuple(anyName, fc.constantFrom(...operators), anyName);
    fc.assert(
      fc.property(fc.array(anyCondition, { minLength: 1, maxLength: 3 }), anyName, (conditions, text) => {
        const one = segment(1, "S", ...conditions.map((parts) => condition(...parts)));
        const features = [1, 2].map((id) =>
          feature(id, `f${id}`, { environment: { enabled: false }, segmentOverrides: [forSegment(1, 0)] }),
        );
        const ask = flagd(translateEnvironment(snapshot({ features, segments: [one] })));
        const values = [text, 5, true, null, undefined, ...conditions.map(([, , value]) => value)];
        for (const value of values) {
          const traits = Object.fromEntries(conditions.map(([name]) => [name, value]));
          expect(ask("f1", { targetingKey: "u", ...traits })).toBe(
            ask("f2", { targetingKey: "u", ...traits }),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});
