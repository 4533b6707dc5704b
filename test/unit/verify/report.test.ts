import { describe, expect, it } from "vitest";
import type { EnvironmentVerification } from "../../../src/app/on-demand/verify-environment.ts";
import { causeText, hasAgreed, renderVerification } from "../../../src/cli/commands/verify.ts";
import { condition } from "../../support/build-snapshot.ts";

const report: EnvironmentVerification = {
  flagSetId: "Shop/Production",
  revision: "abc",
  semantics: "flagsmith",
  seed: 7,
  contexts: 10,
  keys: 100,
  compared: 22,
  agreed: 18,
  announced: 1,
  flags: [
    { flag: "good", comparedBy: "answers", compared: 10, agreed: 10, announced: 0 },
    { flag: "known", comparedBy: "answers", compared: 10, agreed: 8, announced: 1 },
    { flag: "lots", comparedBy: "shares", compared: 2, agreed: 0, announced: 0 },
  ],
  disagreements: [
    {
      flag: "known",
      context: { targetingKey: "u", age: 18 },
      flagsmith: "adult",
      flagd: null,
      error: null,
      cause: {
        kind: "segment",
        segmentId: 4,
        name: "Adults",
        inFlagsmith: true,
        inFlagd: false,
        conditions: [condition("age", "GREATER_THAN", "17")],
      },
      announcedBy: [{ feature: "known", reason: "malformed_value", detail: "segment=Adults; why" }],
      people: 1,
    },
    {
      flag: "known",
      context: { targetingKey: "ada" },
      flagsmith: true,
      flagd: null,
      error: "GENERAL: broken",
      cause: { kind: "identity_override", identifier: "ada" },
      announcedBy: [],
      people: 1,
    },
  ],
  shares: [
    {
      flag: "lots",
      traits: {},
      keys: 100,
      shares: [
        { value: "red", flagsmith: 20, flagd: 70 },
        { value: null, flagsmith: 80, flagd: 30 },
      ],
      agrees: false,
      error: undefined,
      announced: false,
    },
  ],
  unknownFlags: ["more"],
};

describe("the report of verify", () => {
  it("shows each flag, each disagreement with its rule, and the sum", () => {
    expect(renderVerification(report, false)).toMatchInlineSnapshot(`
      "✓ good   10 of 10 answers
      ✗ known  8 of 10 answers, 1 differ as announced
      ✗ lots   0 of 2 comparisons, shares where lots decide

      ~ known: Flagsmith answers "adult", flagd off
          1 contexts, such as {"targetingKey":"u","age":18}
          rule: segment Adults (id 4), inside for Flagsmith, outside for flagd: age GREATER_THAN "17"
          announced: malformed_value: segment=Adults; why
      ✗ known: Flagsmith answers true, flagd an error (GENERAL: broken)
          1 contexts, such as {"targetingKey":"ada"}
          rule: the identity override of "ada"
          not announced by any warning
      ✗ lots: the shares differ more than chance explains, for {}
          "red": Flagsmith 20, flagd 70 of 100 keys
          off: Flagsmith 80, flagd 30 of 100 keys
      ✗ more: in the document, not in Flagsmith

      Shop/Production: 18 of 22 agree (81.81 %), 1 differ as announced, 3 disagree
      10 contexts, 100 keys where a percentage decides, semantics flagsmith; the same again with --seed 7"
    `);
  });

  it("colours only if asked", () => {
    expect(renderVerification(report, true)).toContain("\u001b[31m✗ lots");
  });

  it("agrees if all that differs was announced, and the flags are the same", () => {
    expect(hasAgreed(report)).toBe(false);
    expect(hasAgreed({ ...report, agreed: 21, unknownFlags: [] })).toBe(true);
    expect(hasAgreed({ ...report, agreed: 20, unknownFlags: [] })).toBe(false);
    expect(hasAgreed({ ...report, agreed: 21 })).toBe(false);
  });

  it("says where a document of other rows would differ", () => {
    expect(causeText({ kind: "document" })).toMatch(/not of these rows/);
  });
});
