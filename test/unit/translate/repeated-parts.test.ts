import { describe, expect, it } from "vitest";
import type { FlagdFlag, Logic } from "../../../src/model/document.ts";
import { FeatureSteps } from "../../../src/translate/kept/feature-steps.ts";
import { PartTable } from "../../../src/translate/shared/part-table.ts";
import { partUses } from "../../../src/translate/shared/part-uses.ts";
import { nameRepeatedParts } from "../../../src/translate/shared/repeated-parts.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { condition, feature, forSegment, segment, snapshot, split } from "../../support/build-snapshot.ts";
import { checkSchema, flagd } from "./evaluate.ts";

const long = (property: string, text = "x"): Logic => ({ in: [{ var: property }, [text.repeat(500)]] });
const flag = (targeting: Logic): FlagdFlag => ({
  state: "ENABLED",
  variants: { a: "a" },
  defaultVariant: "a",
  targeting: { if: [targeting, "a", "a"] },
  metadata: {},
});
const shareIn = (flags: readonly FlagdFlag[], bodies: ReadonlyMap<string, Logic> = new Map()) => {
  const table = new PartTable();
  const rendered = flags.map((one, index) => ({
    name: `f${index}`,
    flag: one,
    uses: partUses(one.targeting, table),
  }));
  const shared = nameRepeatedParts(
    rendered.map(({ uses }) => uses),
    bodies,
  );
  return {
    flags: rendered.map((one) => new FeatureSteps().finish(one, shared.names).flag),
    bodies: [...shared.bodies],
  };
};
const share = (...rules: readonly Logic[]) => {
  const { flags, bodies } = shareIn(rules.map(flag));
  return { rules: flags.map(({ targeting }) => (targeting as { if: Logic[] }).if[0]), bodies };
};

const nameOf = (part: Logic) => share(part, part).bodies[0]?.[0] ?? "not shared";

describe("nameRepeatedParts", () => {
  it("shares what repeats, under the name of what it reads and a hash of what it says", () => {
    const name = nameOf(long("age"));
    expect(name).toMatch(/^part-age-[0-9a-z]{4,7}$/);
    expect(share({ "!": [long("age")] }, long("age"), long("name"))).toEqual({
      rules: [{ "!": [{ $ref: name }] }, { $ref: name }, long("name")],
      bodies: [[name, long("age")]],
    });
  });

  it("takes the largest part, and not also what only stands within it", () => {
    const whole: Logic = { and: [long("a"), long("b")] };
    expect(share(whole, whole).bodies).toEqual([[expect.stringMatching(/^part-a-b-\w+$/), whole]]);
    const names = share(whole, whole, long("a"), { "!": [long("a")] }).bodies.map(([name]) => name);
    expect(names.sort()).toEqual([nameOf(long("a")), nameOf(whole)].sort());
  });

  it("gives a part one name, whichever others of the same attribute repeat, in any order", () => {
    const parts = ["x", "y", "z"].map((text) => long("age", text));
    const names = new Map(
      share(...parts, ...parts).bodies.map(([name, body]) => [JSON.stringify(body), name]),
    );
    expect(new Set(names.values()).size).toBe(3);
    for (const part of parts) expect(names.get(JSON.stringify(part))).toBe(nameOf(part));
    expect(share(...parts.toReversed(), ...parts).bodies).toEqual(share(...parts, ...parts).bodies);
  });

  it("names a part in few printable characters, whatever it reads", () => {
    expect(nameOf(long("length of a name ".repeat(60)))).toMatch(/^part-[A-Za-z0-9_-]{1,48}$/);
    expect(nameOf(long("( / )"))).toMatch(/^part-logic-\w+$/);
  });

  it("takes small parts too where they are many, and leaves what saves little", () => {
    const small: Logic = { "===": [{ var: "x" }, "y".repeat(70)] };
    const times = (count: number) => share(...Array.from({ length: count }, () => small)).bodies.length;
    expect([2, 5, 8, 20].map(times)).toEqual([0, 0, 1, 1]);
    const middling: Logic = { "===": [{ var: "x" }, "y".repeat(300)] };
    expect(
      [share(middling, middling), share(middling, middling, middling)].map(({ bodies }) => bodies.length),
    ).toEqual([0, 1]);
  });

  it("leaves what is short, what no client could splice, and what occurs once", () => {
    const short: Logic = { "===": [{ var: "x" }, "y"] };
    expect(share(short, short).bodies).toEqual([]);
    expect(share(long("a", "é"), long("a", "é")).bodies).toEqual([]);
    expect(share(long("a"), long("b")).bodies).toEqual([]);
  });

  it("never takes a name that a segment has", () => {
    const name = nameOf(long("a"));
    const rule = flag({ and: [long("a"), { "!": [long("a")] }] });
    const { bodies } = shareIn([rule], new Map([[name, true]]));
    expect(bodies.map(([taken]) => taken)).toEqual([name, `${name}-2`]);
  });
});

it("puts no reference where flagd's schema admits none", () => {
  const name = "a-flag-with-a-long-name-".repeat(10);
  const property = `${"a trait with a long name ".repeat(10)}end`;
  const translation = translateEnvironment(
    snapshot({
      segments: [
        segment(1, "One", condition(property, "REGEX", "^abc")),
        segment(2, "Two", condition(property, "REGEX", "^b")),
        segment(3, "Three", condition(property, "GREATER_THAN", "1.2.3:semver")),
        segment(4, "Four", condition(property, "LESS_THAN", "3.2.1:semver")),
      ],
      features: [
        feature(1, name, {
          environment: { value: "e", allocations: split(30) },
          options: [{ id: 1, key: null, value: "o" }],
          segmentOverrides: [
            forSegment(1, 1, { value: "s", allocations: split(60) }),
            ...[2, 3, 4].map((id) => forSegment(id, id, { value: `s${id}` })),
          ],
        }),
      ],
    }),
  );
  const text = JSON.stringify(translation.content);
  expect(text).not.toMatch(/"(?:starts_with|ends_with|sem_ver|fractional)":\[\{"\$ref"/);
  expect(text).toContain('{"$ref":"part-');
  checkSchema(translation);
  const ask = flagd(translation);
  expect(["o", "s"]).toContain(ask(name, { targetingKey: "u", [property]: "abcd" }));
  expect(ask(name, { targetingKey: "u", [property]: "bcd" })).toBe("s2");
  expect(ask(name, { targetingKey: "u", [property]: "1.3.0" })).toBe("s3");
  expect(ask(name, { targetingKey: "u", [property]: "1.0.0" })).toBe("s4");
});

it("a document with shared parts answers the same", () => {
  const bounds = ["18", "30", "65"];
  const translation = translateEnvironment(
    snapshot({
      segments: bounds.map((bound, id) =>
        segment(id, `over ${bound}`, condition("age", "GREATER_THAN", bound)),
      ),
      features: bounds.map((bound, id) =>
        feature(id, `f${bound}`, { environment: { enabled: false }, segmentOverrides: [forSegment(id, 0)] }),
      ),
    }),
  );
  expect(Object.keys(translation.content.$evaluators ?? {}).join()).toMatch(/part-age-/);
  const ask = flagd(translation);
  for (const age of [5, 30, 31, "31", "66.5", "abc", "", true, null, undefined]) {
    const passed = bounds.map((bound) => ask(`f${bound}`, { targetingKey: "u", age }));
    const expected =
      age === "abc"
        ? [true, true, true]
        : bounds.map((bound) => typeof age !== "boolean" && Number(age ?? 0) > Number(bound));
    expect([age, passed]).toEqual([age, expected]);
  }
  checkSchema(translation);
});
