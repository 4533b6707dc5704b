import { describe, expect, it } from "vitest";
import { candidateValues } from "../../../src/verify/candidate-values.ts";
import { derivePeople } from "../../../src/verify/derive-people.ts";
import { contextOf, type Person, personOf, type TraitValue } from "../../../src/verify/person.ts";
import { createRandom } from "../../../src/verify/random.ts";
import { regexSamples } from "../../../src/verify/regex-samples.ts";
import {
  condition,
  feature,
  forIdentity,
  forSegment,
  segment,
  snapshot,
} from "../../support/build-snapshot.ts";

describe("a person and a context", () => {
  it("nests dotted traits, and takes them out again", () => {
    const person: Person = { identifier: "u", traits: { "user.tier": "gold", "user.age": 5, plan: null } };
    const context = contextOf(person);
    expect(context).toEqual({ targetingKey: "u", user: { tier: "gold", age: 5 }, plan: null });
    expect(personOf(context)).toEqual(person);
  });

  it("keeps a trait that another one's path would go through", () => {
    expect(contextOf({ identifier: undefined, traits: { "user.tier": "gold", user: 1 } })).toEqual({
      user: 1,
    });
  });

  it("leaves out what Flagsmith cannot hold", () => {
    expect(personOf({ targetingKey: 7, list: [1], "a.b": true, deep: { er: { x: 1 } } })).toEqual({
      identifier: undefined,
      traits: { "a.b": true, "deep.er.x": 1 },
    });
    expect(personOf({ targetingKey: "" }).identifier).toBeUndefined();
  });
});

describe("values that a condition tells apart", () => {
  it.each<[string, string, TraitValue[]]>([
    ["GREATER_THAN", "10", [9, 10, 11, "10", "9", "11", 10.5, "10x", "1", ""]],
    ["EQUAL", "gold", ["gold", "goldx", "xgold", "gol", "GOLD", " gold", true, null]],
    ["IN", "DE,AT", ["DE", "AT", "D", "DE,AT"]],
    ["IN", '["a",7]', ["a", "7", 7, 8]],
    ["MODULO", "3|1", [1, 4, -2, 2, 1.5, "4", "x"]],
    ["LESS_THAN", "2.4.0:semver", ["2.4.0", "2.4.1", "2.3.0", "2.4.0-rc.1", "2.4.0+build", "v2.4.0", "2.4"]],
    ["REGEX", "^(10|12)", ["10", "12", 10, 12]],
    ["CONTAINS", "box", ["box", "a box b", "bo", "BOX"]],
  ])("%s %s", (operator, value, expected) => {
    expect(candidateValues(condition("a", operator, value))).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    "^(10|12|13)",
    ".*@shop\\.example$",
    "^(?!TEST)([A-Z]+)-\\1$",
    "^[a-f0-9]{4}-x?$",
    "^(a(b|c))+\\2$",
    "[^@]+@\\w\\d",
    "a|b|",
  ])("finds texts that match /%s/", (pattern) => {
    const matching = regexSamples(pattern).filter((text) => new RegExp(`^(?:${pattern})`).test(text));
    expect(matching.length).toBeGreaterThan(0);
  });

  it.each(["(", "[", "\\", "*", "{", "a{99}", "(?P<n>", ")"])("survives the pattern %s", (pattern) => {
    expect(regexSamples(pattern).length).toBeLessThan(10);
  });
});

describe("people made up from an environment", () => {
  const environment = snapshot({
    features: [
      feature(1, "f", {
        segmentOverrides: [forSegment(1, 0)],
        identityOverrides: [forIdentity("ada"), forIdentity("007")],
      }),
    ],
    segments: [
      segment(
        1,
        "both",
        condition("age", "GREATER_THAN", "17"),
        condition("$.identity.traits.plan", "EQUAL", "gold"),
        condition("$.identity.identifier", "EQUAL", "grace"),
      ),
    ],
  });
  const derive = (seed: number) => derivePeople(environment, { count: 300, random: createRandom(seed) });

  it("has nobody, strangers, everybody with an override, and combinations", () => {
    const people = derive(1);
    expect(people).toHaveLength(300);
    expect(people[0]).toEqual({ identifier: undefined, traits: {} });
    const identifiers = new Set(people.map(({ identifier }) => identifier));
    for (const identifier of ["ada", "007", "grace", "ADA"]) expect(identifiers).toContain(identifier);
    const members = people.filter(({ traits }) => Number(traits.age) > 17 && traits.plan === "gold");
    expect(members.length).toBeGreaterThan(10);
    for (const age of [16, 17, 18, "17", null]) {
      expect(people.some(({ traits }) => traits.age === age)).toBe(true);
    }
  });

  it("are the same for the same seed, and others for another", () => {
    expect(derive(1)).toEqual(derive(1));
    expect(derive(2)).not.toEqual(derive(1));
  });

  it("are few where there is nothing to tell apart", () => {
    const bare = snapshot({ features: [feature(1, "f")] });
    expect(derivePeople(bare, { count: 50, random: createRandom(1) }).length).toBeLessThanOrEqual(50);
  });
});
