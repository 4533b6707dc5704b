import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot, Feature } from "../../../src/model/environment.ts";
import type { TranslationWarning } from "../../../src/model/warning.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { compareEngines, type VerifyReport } from "../../../src/verify/compare.ts";
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

/** Compares an environment with the document of `served`, its own unless said. */
function compare(
  environment: EnvironmentSnapshot,
  input: { served?: EnvironmentSnapshot; warnings?: readonly TranslationWarning[]; seed?: number } = {},
): Promise<VerifyReport> {
  const translation = translateEnvironment(input.served ?? environment);
  return compareEngines({
    snapshot: environment,
    document: JSON.stringify(translation.content),
    warnings: input.warnings ?? translation.warnings,
    translate: (part) => translateEnvironment(part).content,
    contexts: 200,
    keys: 1_000,
    seed: input.seed ?? 1,
  });
}

const adults = segment(1, "adults", condition("age", "GREATER_THAN", "17"));
const offButForAdults = feature(1, "f", {
  environment: { enabled: false },
  segmentOverrides: [forSegment(1, 0)],
});

describe("comparing", () => {
  it("agrees on a document of the same rows, and tells how far it is", async () => {
    const environment = snapshot({ features: [offButForAdults], segments: [adults] });
    const seen: number[] = [];
    const { content, warnings } = translateEnvironment(environment);
    const report = await compareEngines({
      snapshot: environment,
      document: JSON.stringify(content),
      warnings,
      translate: (part) => translateEnvironment(part).content,
      contexts: 100,
      keys: 100,
      seed: 3,
      onProgress: (done, total) => seen.push(done / total),
    });
    expect(report).toMatchObject({ seed: 3, announced: 0, disagreements: [], shares: [], unknownFlags: [] });
    expect(report.agreed).toBe(report.compared);
    expect(report.flags).toEqual([
      { flag: "f", comparedBy: "answers", compared: report.compared, agreed: report.compared, announced: 0 },
    ]);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((left, right) => left - right));
  });

  it("finds a document of other rules, in both directions", async () => {
    const environment = snapshot({ features: [offButForAdults], segments: [adults] });
    const served = snapshot({
      features: [offButForAdults],
      segments: [segment(1, "adults", condition("age", "GREATER_THAN", "18"))],
    });
    const report = await compare(environment, { served });
    expect(report.disagreements).toEqual([
      expect.objectContaining({
        flag: "f",
        flagsmith: true,
        flagd: false,
        cause: { kind: "document" },
        announcedBy: [],
      }),
    ]);
    expect(report.disagreements[0]?.context).toMatchObject({ age: expect.anything() });
    const [wider] = (await compare(served, { served: environment })).disagreements;
    expect(wider).toMatchObject({ flagsmith: null, flagd: true });
  });

  it("names the conditions that the translation takes otherwise", async () => {
    const environment = snapshot({
      features: [offButForAdults],
      segments: [
        segment(1, "adults", condition("age", "GREATER_THAN", "17"), condition("plan", "EQUAL", "gold")),
      ],
    });
    const wrong = (part: EnvironmentSnapshot): EnvironmentSnapshot => ({
      ...part,
      segments: new Map(
        [...part.segments].map(([id, one]) => [
          id,
          {
            ...one,
            rules: one.rules.map((inner) => ({
              ...inner,
              conditions: inner.conditions.filter(({ property }) => property !== "age"),
            })),
          },
        ]),
      ),
    });
    const { content, warnings } = translateEnvironment(wrong(environment));
    const report = await compareEngines({
      snapshot: environment,
      document: JSON.stringify(content),
      warnings,
      translate: (part) => translateEnvironment(wrong(part)).content,
      contexts: 200,
      keys: 100,
      seed: 1,
    });
    expect(report.disagreements.map(({ cause }) => cause)).toEqual([
      {
        kind: "segment",
        segmentId: 1,
        name: "adults",
        inFlagsmith: false,
        inFlagd: true,
        conditions: [condition("age", "GREATER_THAN", "17")],
      },
    ]);
  });

  it("finds an identity override that is missing, and flags that are missing or too many", async () => {
    const withOverride: Feature = { ...offButForAdults, identityOverrides: [forIdentity("ada")] };
    const environment = snapshot({ features: [withOverride, feature(2, "g")], segments: [adults] });
    const served = snapshot({ features: [offButForAdults, feature(3, "h")], segments: [adults] });
    const report = await compare(environment, { served });
    expect(report.unknownFlags).toEqual(["h"]);
    expect(report.disagreements).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ flag: "f", cause: { kind: "identity_override", identifier: "ada" } }),
        expect.objectContaining({ flag: "g", error: "the document has no such flag" }),
      ]),
    );
  });

  it("counts an evaluation error as a disagreement", async () => {
    const environment = snapshot({ features: [feature(1, "f")] });
    const { content } = translateEnvironment(environment);
    const broken = { ...content.flags.f, targeting: { no_such_operator: [] } };
    const report = await compareEngines({
      snapshot: environment,
      document: JSON.stringify({ ...content, flags: { f: broken } }),
      warnings: [],
      translate: (part) => translateEnvironment(part).content,
      contexts: 5,
      keys: 5,
      seed: 1,
    });
    expect(report.agreed).toBe(0);
    expect(report.disagreements[0]?.error).toMatch(/PARSE_ERROR|GENERAL/);
  });
});

describe("what was announced", () => {
  const pattern = condition("code", "REGEX", "^([a-z])\\1$");
  const environment = snapshot({
    features: [offButForAdults],
    segments: [segment(1, "doubles", pattern)],
  });

  it("is a segment that narrows, with its warning", async () => {
    const report = await compare(environment);
    expect(report.announced).toBeGreaterThan(0);
    expect(report.agreed + report.announced).toBe(report.compared);
    expect(report.disagreements).toEqual([
      expect.objectContaining({
        flagsmith: true,
        flagd: null,
        announcedBy: [expect.objectContaining({ reason: "regex_unsupported" })],
        cause: expect.objectContaining({ kind: "segment", name: "doubles", conditions: [pattern] }),
      }),
    ]);
  });

  it("also below NONE, where the other answer narrows", async () => {
    const below = snapshot({
      features: [offButForAdults],
      segments: [segment(1, "no doubles", rule("NONE", pattern))],
    });
    const report = await compare(below);
    expect(report.announced).toBeGreaterThan(0);
    expect(report.agreed + report.announced).toBe(report.compared);
  });

  it("is not without the warning, nor in the other direction", async () => {
    const silent = await compare(environment, { warnings: [] });
    expect(silent.announced).toBe(0);
    expect(silent.agreed).toBeLessThan(silent.compared);
    const { warnings } = translateEnvironment(environment);
    const served = snapshot({
      features: [offButForAdults],
      segments: [segment(1, "doubles", condition("code", "IS_SET"))],
    });
    const wider = (await compare(environment, { served, warnings })).disagreements;
    expect(wider.filter(({ flagsmith }) => flagsmith === null).map(({ announcedBy }) => announcedBy)).toEqual(
      [[]],
    );
  });

  it("is a dropped identity override", async () => {
    const people = ["ada", "bob", "eve"].map((name) => forIdentity(name, { value: name }));
    const capped = snapshot({
      features: [feature(1, "f", { environment: { value: "all" }, identityOverrides: people })],
      settings: { identityOverrideLimit: 1 },
    });
    const report = await compare(capped);
    expect(report.announced).toBe(2);
    expect(report.agreed + report.announced).toBe(report.compared);
  });
});

describe("percentages", () => {
  const coloured = (...percentages: number[]): Feature =>
    feature(1, "f", {
      options: options("red", "green"),
      environment: { value: "grey", allocations: split(...percentages) },
      identityOverrides: [forIdentity("ada", { value: "own" })],
    });

  it("compares shares, and people who draw no lots", async () => {
    const report = await compare(snapshot({ features: [coloured(20, 33.3)] }));
    expect(report.agreed).toBe(report.compared);
    expect(report.flags[0]?.comparedBy).toBe("shares");
    expect(report.shares).toHaveLength(1);
    const shares = new Map(report.shares[0]?.shares.map(({ value, ...counts }) => [value, counts]));
    expect([...shares.keys()].sort()).toEqual(["green", "grey", "red"]);
    for (const side of ["flagsmith", "flagd"] as const) {
      expect(shares.get("green")?.[side]).toBeGreaterThan(260);
      expect(shares.get("green")?.[side]).toBeLessThan(410);
    }
  });

  it("finds shares of another size", async () => {
    const environment = snapshot({ features: [coloured(20, 30)] });
    const report = await compare(environment, { served: snapshot({ features: [coloured(30, 20)] }) });
    expect(report.shares.map(({ agrees }) => agrees)).toEqual([false]);
    expect(report.agreed).toBeLessThan(report.compared);
  });

  it("compares the shares of a split by a trait in each way that the other conditions can turn out", async () => {
    const environment = snapshot({
      features: [offButForAdults],
      segments: [
        segment(
          1,
          "some adults",
          condition("age", "GREATER_THAN", "17"),
          condition("company", "PERCENTAGE_SPLIT", "40"),
        ),
      ],
    });
    const report = await compare(environment);
    expect(report.agreed).toBe(report.compared);
    expect(report.shares).toHaveLength(2);
    const adultsShare = report.shares[0]?.shares.find(({ value }) => value === true);
    expect(adultsShare?.flagsmith).toBeGreaterThan(330);
    expect(adultsShare?.flagd).toBeGreaterThan(330);
  });
});

it("compares in semantics `value` what that promises", async () => {
  const environment = snapshot({
    features: [
      feature(1, "f", {
        environment: { enabled: true, value: "all" },
        segmentOverrides: [forSegment(1, 0, { enabled: false, value: "adults" })],
      }),
      feature(2, "g", {
        environment: { enabled: false, value: "all" },
        segmentOverrides: [forSegment(1, 0, { enabled: true, value: "adults" })],
      }),
    ],
    segments: [adults],
    settings: { semantics: "value" },
  });
  const report = await compare(environment);
  expect(report.compared).toBeGreaterThan(100);
  expect(report.agreed).toBe(report.compared);
});
