import { describe, expect, it } from "vitest";
import { renderExplanation } from "../../../src/cli/commands/explain.ts";
import type { Logic } from "../../../src/model/document.ts";
import type { Condition, EnvironmentSnapshot } from "../../../src/model/environment.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { reasonOf } from "../../../src/verify/condition-reason.ts";
import { type Explanation, explainFlag } from "../../../src/verify/explain.ts";
import { explainFlagd } from "../../../src/verify/explain-flagd.ts";
import { createFlagdEvaluator } from "../../../src/verify/flagd-evaluator.ts";
import type { FlagdContext } from "../../../src/verify/person.ts";
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

async function explain(
  environment: EnvironmentSnapshot,
  context: FlagdContext,
  served = environment,
): Promise<Explanation> {
  const { content, warnings } = translateEnvironment(served);
  const explanation = await explainFlag(
    {
      snapshot: environment,
      document: JSON.stringify(content),
      warnings,
      translate: (part) => translateEnvironment(part).content,
    },
    "banner",
    context,
  );
  if (explanation === undefined) throw new Error("no such flag");
  return explanation;
}

/** Without what is the translation's to choose: names of variants and the form of conditions. */
async function text(environment: EnvironmentSnapshot, context: FlagdContext): Promise<string> {
  const rendered = renderExplanation(await explain(environment, context), false);
  return rendered.replace(/^( +when ).*$/m, "$1…").replace(/override_[\w-]+/g, "override_…");
}

const shop = snapshot({
  features: [
    feature(1, "banner", {
      environment: { value: "all" },
      segmentOverrides: [
        forSegment(2, 1, { value: "gold" }),
        forSegment(1, 0, { value: "adults" }),
        forSegment(3, 2, { enabled: false, value: "none" }),
      ],
      identityOverrides: [forIdentity("ada", { value: "own" })],
    }),
  ],
  segments: [
    segment(
      1,
      "Adults",
      rule("ALL", condition("age", "GREATER_THAN", "17"), rule("NONE", condition("country", "IN", "DE,AT"))),
    ),
    segment(2, "Gold", condition("plan", "EQUAL", "gold")),
    segment(3, "Empty"),
  ],
});

describe("an explanation", () => {
  it("walks from the identity to the segment that decides", async () => {
    expect(
      await text(shop, { targetingKey: "bob", age: "21", country: "DE", plan: "gold" }),
    ).toMatchInlineSnapshot(`
      "banner for {"targetingKey":"bob","age":"21","country":"DE","plan":"gold"}

      Flagsmith: on, value "gold"
        ✗ identity override: none for this identity, 1 for others
        ✗ segment Adults, priority 0: on, value "adults"
            ✗ ALL of
              ✓ age GREATER_THAN "17": it is "21", which Flagsmith reads as the number 21
              ✗ NONE of
                ✓ country IN "DE,AT": it is "DE"
        ✓ segment Gold, priority 1: on, value "gold"  ← decides
            ✓ ALL of
              ✓ plan EQUAL "gold": it is "gold"
        · segment Empty, priority 2: off, value "none"  (not reached)
            no rules: matches nobody
        · environment default: on, value "all"  (not reached)

      flagd: "gold"
        state ENABLED, variant override_…, reason TARGETING_MATCH
        branch 3 of 4 → variant override_…
          when …

      ✓ both agree"
    `);
  });

  it("stops at an identity override", async () => {
    expect(await text(shop, { targetingKey: "ada", plan: "gold" })).toMatchInlineSnapshot(`
      "banner for {"targetingKey":"ada","plan":"gold"}

      Flagsmith: on, value "own"
        ✓ identity override: on, value "own"  ← decides
        · segment Adults, priority 0: on, value "adults"  (not reached)
        · segment Gold, priority 1: on, value "gold"  (not reached)
        · segment Empty, priority 2: off, value "none"  (not reached)
            no rules: matches nobody
        · environment default: on, value "all"  (not reached)

      flagd: "own"
        state ENABLED, variant override_…, reason TARGETING_MATCH
        branch 1 of 4 → variant override_…
          when …

      ✓ both agree"
    `);
  });

  it("ends at the environment's default", async () => {
    expect(await text(shop, { targetingKey: "bob", age: true })).toMatchInlineSnapshot(`
      "banner for {"targetingKey":"bob","age":true}

      Flagsmith: on, value "all"
        ✗ identity override: none for this identity, 1 for others
        ✗ segment Adults, priority 0: on, value "adults"
            ✗ ALL of
              ✗ age GREATER_THAN "17": it is true
              ✓ NONE of
                ✗ country IN "DE,AT": it is not set
        ✗ segment Gold, priority 1: on, value "gold"
            ✗ ALL of
              ✗ plan EQUAL "gold": it is not set
        ✗ segment Empty, priority 2: off, value "none"
            no rules: matches nobody
        ✓ environment default: on, value "all"  ← decides

      flagd: "all"
        state ENABLED, variant control, reason TARGETING_MATCH
        branch 4 of 4 → variant control, as no other applies

      ✓ both agree"
    `);
  });

  it("says that lots decide", async () => {
    const colours = snapshot({
      features: [
        feature(1, "banner", {
          options: options("red", "green"),
          environment: { id: 1, value: "grey", allocations: split(20, 30) },
        }),
      ],
    });
    const rendered = await text(colours, { targetingKey: "u12" });
    expect(rendered).toContain(
      'environment default: on, value "grey", by percentage "red" 20 %, "green" 30 %',
    );
    expect(rendered).toMatch(/both agree|they differ by lot/);
  });

  it("does not blame lots where none are drawn", async () => {
    const colours = (own: string) =>
      snapshot({
        features: [
          feature(1, "banner", {
            options: options("red"),
            environment: { value: "grey", allocations: split(50) },
            identityOverrides: [forIdentity("ada", { value: own })],
          }),
        ],
      });
    const { verdict } = await explain(colours("own"), { targetingKey: "ada" }, colours("another"));
    expect(verdict).toEqual({
      kind: "disagree",
      cause: { kind: "identity_override", identifier: "ada" },
    });
  });

  it("tells an announced difference from one that is not", async () => {
    const doubles = snapshot({
      features: [
        feature(1, "banner", { environment: { enabled: false }, segmentOverrides: [forSegment(1, 0)] }),
      ],
      segments: [segment(1, "Doubles", condition("code", "REGEX", "^([a-z])\\1$"))],
    });
    const context = { targetingKey: "bob", code: "aa" };
    expect(await text(doubles, context)).toContain("~ they differ, as regex_unsupported announced");
    const { verdict } = await explain(shop, { targetingKey: "bob", plan: "gold" }, doubles);
    expect(verdict).toEqual({ kind: "disagree", cause: { kind: "document" } });
  });

  it("does not compare traits of nobody", async () => {
    expect((await explain(shop, { plan: "gold" })).verdict).toEqual({ kind: "no_identity" });
    expect((await explain(shop, {})).verdict).toEqual({ kind: "agree" });
  });

  it("colours only if asked", async () => {
    const explanation = await explain(shop, { targetingKey: "ada" });
    expect(renderExplanation(explanation, true)).toContain("\u001b[32m✓");
    expect(renderExplanation(explanation, false)).not.toContain("\u001b");
  });

  it("is undefined for a flag that is not there", async () => {
    const { content } = translateEnvironment(shop);
    const scope = {
      snapshot: shop,
      document: JSON.stringify(content),
      warnings: [],
      translate: () => content,
    };
    expect(await explainFlag(scope, "nope", {})).toBeUndefined();
  });
});

describe("the branch that flagd took", () => {
  const flag = (targeting: Logic) => ({
    $schema: "https://flagd.dev/schema/v0/flags.json",
    flags: {
      f: {
        state: "ENABLED",
        variants: { control: 1, other: 2 },
        defaultVariant: "control",
        targeting,
        metadata: {},
      },
    },
    $evaluators: { adults: { ">": [{ var: "age" }, 17] } },
    metadata: { flagSetId: "p/e" },
  });
  const isAda: Logic = { "===": [{ var: "targetingKey" }, "ada"] };
  const isOneOf: Logic = {
    and: [{ "!==": [{ var: "targetingKey" }, null] }, { in: [{ var: "targetingKey" }, ["ada", "bob"]] }],
  };
  const lots: Logic = { fractional: [{ var: "targetingKey" }, ["control", 30], ["other", 70]] };

  it.each<[Logic, FlagdContext, object]>([
    ["control", {}, { number: 1, of: 1, condition: null, answer: "variant control" }],
    [
      { if: [{ $ref: "adults" }, "other", "control"] },
      { age: 18 },
      { number: 1, of: 2, condition: '$evaluators, "adults"', answer: "variant other" },
    ],
    [
      { if: [{ $ref: "adults" }, "other", null] },
      { age: 7 },
      { number: 2, of: 2, condition: null, answer: "the caller's default" },
    ],
    [
      { if: [isAda, "other", "control"] },
      { targetingKey: "ada" },
      { number: 1, of: 2, condition: 'targetingKey is "ada"', answer: "variant other" },
    ],
    [
      { if: [isAda, "other", isOneOf, lots, "control"] },
      { targetingKey: "bob" },
      {
        number: 2,
        of: 3,
        condition: 'targetingKey is one of ["ada","bob"]',
        answer: "by percentage control 30, other 70",
      },
    ],
    [
      { if: [isAda, "other", { if: [isOneOf, lots, "control"] }] },
      { targetingKey: "eve" },
      {
        number: 2,
        of: 2,
        condition: null,
        answer: "by percentage control 30, other 70; without targetingKey variant control",
      },
    ],
  ])("%j for %j", (targeting, context, expected) => {
    const document = JSON.stringify(flag(targeting));
    const answer = createFlagdEvaluator(document).answer("f", context);
    if (answer === undefined) throw new Error("no such flag");
    expect(explainFlagd(document, { flag: "f", context, answer }).branch).toEqual(expected);
  });
});

describe("the reason of a condition", () => {
  const because = (one: Condition, traits: Readonly<Record<string, string | number | boolean | null>>) =>
    reasonOf(one, { identifier: "bob", traits }, { name: "Production", key: "k" });

  it.each([
    [condition("a", "EQUAL", "x"), {}, "it is not set"],
    [condition("a", "EQUAL", "x"), { a: null }, "it is null, which is not set"],
    [condition("a", "EQUAL", "x"), { a: "y" }, 'it is "y"'],
    [condition("a", "EQUAL", "x"), { a: 5 }, "it is 5, of which Flagsmith always answers no here"],
    [condition("a", "GREATER_THAN", "4"), { a: "05" }, 'it is "05", which Flagsmith reads as the number 5'],
    [condition("a", "CONTAINS", "5"), { a: true }, "it is true, of which Flagsmith always answers no here"],
    [condition(null, "PERCENTAGE_SPLIT", "5"), {}, "lots drawn by the identity, in flagd other ones"],
    [condition("a", "PERCENTAGE_SPLIT", "5"), { a: "x" }, 'it is "x"; lots drawn by it, in flagd other ones'],
    [condition("$.environment.name", "EQUAL", "x"), {}, 'it is "Production"'],
    [condition("$.identity.*", "EQUAL", "x"), {}, "Flagsmith follows this path by itself"],
  ])("%o %o", (one, traits, expected) => {
    expect(because(one, traits)).toBe(expected);
  });
});
