/** What some client refuses, and with it the whole document or flag (facts/encodings.md, section 5). */
import { describe, expect, it } from "vitest";
import type { DocumentContent, Logic } from "../../../src/model/document.ts";
import { jsonDepth, partsOf } from "../../../src/translate/shared/logic-walk.ts";
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
import { compiledFlagd } from "./evaluate.ts";
import { membershipOf, typicalEnvironment } from "./typical.ts";

/** Every operation of the document's rules and shared parts: its operator and operands. */
function operations({ flags, $evaluators = {} }: DocumentContent): [operator: string, operands: Logic][] {
  const found: [string, Logic][] = [];
  const visit = (part: Logic) => {
    if (typeof part === "object" && part !== null && !Array.isArray(part))
      found.push(...Object.entries(part));
    partsOf(part).forEach(visit);
  };
  for (const { targeting = null } of Object.values(flags)) visit(targeting);
  for (const body of Object.values($evaluators)) visit(body);
  return found;
}

const typical = typicalEnvironment();
const documents = [typical, membershipOf([...typical.segments.values()])].flatMap((input) =>
  [1_000_000, 0].map((sizeBudgetBytes) => translateEnvironment(input, { sizeBudgetBytes }).content),
);

describe("a document that every client takes", () => {
  it("has every default: Rust refuses the document for one that is missing", () => {
    for (const { flags } of documents) {
      for (const { defaultVariant, variants } of Object.values(flags)) {
        expect(["", ...Object.keys(variants)]).toContain(defaultVariant);
      }
    }
  });

  it("refers only to what there is, and never within what is shared: Go and Java refuse that", () => {
    for (const { flags, $evaluators = {} } of documents) {
      expect(JSON.stringify($evaluators)).not.toContain("$ref");
      const used = new Set<Logic>();
      for (const [operator, name] of operations({
        $schema: "https://flagd.dev/schema/v0/flags.json",
        flags,
        metadata: {},
      })) {
        if (operator === "$ref") used.add(name);
      }
      expect([...used].sort()).toEqual(Object.keys($evaluators).sort());
      expect(used.size).toBeGreaterThan(5);
    }
  });

  it("shares only objects in printable ASCII without $, backslash or quotes: bodies are spliced as text", () => {
    for (const { $evaluators = {} } of documents) {
      for (const body of Object.values($evaluators))
        expect(JSON.stringify(body)).toMatch(/^\{[ -#%-[\]-~]*\}$/);
    }
  });

  it("has no empty `and`, `or` or list of operands, and weights that are whole", () => {
    for (const content of documents) {
      for (const [operator, operands] of operations(content)) {
        if (Array.isArray(operands)) expect([operator, operands.length]).not.toEqual([operator, 0]);
        if (operator !== "fractional") continue;
        const weights = partsOf(operands)
          .slice(1)
          .map((slice) => Number(partsOf(slice)[1]));
        expect(weights.every((weight) => Number.isInteger(weight) && weight > 0)).toBe(true);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(2_147_483_647);
      }
    }
  });

  it("is never nested deeper than 100, by the deepest segment that is taken in the deepest flag", () => {
    const nested = (levels: number) => {
      let deep = rule("ALL", condition("age", "GREATER_THAN", "18.5"));
      for (let level = 0; level < levels; level += 1) {
        deep = rule(level % 2 === 0 ? "NONE" : "ANY", condition(`c${level}`, "IS_SET", ""), deep);
      }
      return segment(1, "Deep", rule("NONE", condition("x", "IS_SET", "")), deep);
    };
    const build = (levels: number) =>
      translateEnvironment(
        snapshot({
          features: [
            feature(1, "f", {
              environment: { value: "e", allocations: split(50) },
              options: options("o"),
              segmentOverrides: [forSegment(1, 0, { value: "s", allocations: split(20) })],
              identityOverrides: Array.from({ length: 950 }, (_, index) =>
                forIdentity(`p${index}`, { value: `v${index}` }),
              ),
            }),
          ],
          segments: [nested(levels)],
          settings: { identityOverrideLimit: 1_000 },
        }),
      );
    const depths = [5, 10, 15, 20, 22, 24, 26, 28, 30, 35].map((levels) => {
      const { content, warnings } = build(levels);
      const refused = warnings.some(({ reason }) => reason === "malformed_value");
      return { refused, depth: jsonDepth(JSON.parse(JSON.stringify(content))) };
    });
    expect(Math.max(...depths.map(({ depth }) => depth))).toBeLessThanOrEqual(100);
    expect(depths.some(({ refused, depth }) => !refused && depth > 60)).toBe(true);
    expect(depths.at(-1)?.refused).toBe(true);
    expect(compiledFlagd(build(20))("f", { targetingKey: "p949" })).toBe("v949");
  });
});
