/** Every reason that a translation may give, from the smallest environment that gives it; and what warnings promise. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  Feature,
  FlagValue,
  ProjectSettings,
  Segment,
  UnreadablePart,
} from "../../../src/model/environment.ts";
import { WARNING_REASONS, type WarningReason } from "../../../src/model/warning.ts";
import { diagnose } from "../../../src/translate/diagnostics.ts";
import { type TranslateOptions, translateEnvironment } from "../../../src/translate/translate-environment.ts";
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
import { translate } from "./people.ts";

interface Cause {
  readonly feature?: Feature;
  readonly condition?: ReturnType<typeof condition>;
  readonly settings?: Partial<ProjectSettings>;
  readonly options?: TranslateOptions;
  readonly unreadable?: readonly UnreadablePart[];
  /** What the detail must name. */
  readonly detail: RegExp;
}

const CAUSES: Readonly<Record<WarningReason, Cause>> = {
  regex_unsupported: {
    condition: condition("x", "REGEX", "(?<=a)b{2,3}$"),
    detail: /^segment=S; .*b\{2,3\}/,
  },
  unknown_operator: { condition: condition("x", "SOUNDS_LIKE", "y"), detail: /^segment=S; .*SOUNDS_LIKE/ },
  malformed_value: { condition: condition("x", "MODULO", "5"), detail: /^segment=S; .*MODULO "5"/ },
  dotted_property: {
    condition: condition("user.tier", "EQUAL", "gold"),
    detail: /^segment=S; "user\.tier".*tier/,
  },
  identity_override_limit_exceeded: {
    feature: feature(1, "f", { identityOverrides: [forIdentity("a", { enabled: false })] }),
    settings: { identityOverrideLimit: 0 },
    detail: /^1 identity override dropped, the limit is 0$/,
  },
  disabled_override_no_op: {
    feature: feature(1, "f", { segmentOverrides: [forSegment(1, 0, { enabled: false })] }),
    settings: { semantics: "value" },
    detail: /^segment=S; /,
  },
  override_enabled_ignored: {
    feature: feature(1, "f", { identityOverrides: [forIdentity("a", { enabled: false, value: false })] }),
    settings: { semantics: "value" },
    detail: /^1 identity override; /,
  },
  type_mismatch: {
    feature: feature(1, "f", { environment: { value: "x" }, options: options(5) }),
    detail: /^string: control; number: option 1$/,
  },
  percentage_bucketing_differs: {
    feature: feature(1, "f", { environment: { value: "x", allocations: split(10) }, options: options("y") }),
    detail: /shares are Flagsmith's/,
  },
  compact_encoding: {
    options: { sizeBudgetBytes: 10 },
    detail: /^the exact document has \d+ bytes, the budget is 10$/,
  },
  document_too_large: {
    options: { maxDocumentBytes: 100 },
    detail: /^\d+ bytes, clients take 100; largest: flag f /,
  },
  translation_failed: {
    feature: {
      ...feature(1, "f"),
      get tags(): readonly string[] {
        throw new RangeError("as a bug of ours would");
      },
    },
    detail: /^left out \(RangeError in the translation\)$/,
  },
  unreadable_row: {
    unreadable: [{ featureId: 2, feature: "g", detail: "features_featurestate 7: enabled is missing" }],
    detail: /^feature=g; features_featurestate 7: enabled is missing; it is left out$/,
  },
};

function warningsOf(cause: Cause) {
  const { feature: one, condition: only, settings = {}, options: limits = {}, unreadable = [] } = cause;
  const plain = feature(1, "f", { segmentOverrides: [forSegment(1, 0, { value: false })] });
  const segments: Segment[] = [segment(1, "S", only ?? condition("x", "EQUAL", "y"))];
  const whole = snapshot({ features: [one ?? plain], segments, settings });
  return translateEnvironment({ ...whole, unreadable }, limits);
}

describe("every reason", () => {
  it.each(WARNING_REASONS)("%s", (reason) => {
    const translation = warningsOf(CAUSES[reason]);
    const warning = translation.warnings.find((one) => one.reason === reason);
    expect(warning?.detail).toMatch(CAUSES[reason].detail);
    expect(translation.content.metadata["flagsmith.warnings"]).toContain(reason);
    expect(JSON.stringify(diagnose(translation))).toContain(reason);
  });

  it("is given once per feature, and not without its cause", () => {
    for (const reason of WARNING_REASONS) {
      const reasons = warningsOf(CAUSES[reason]).warnings.map((one) => one.reason);
      expect(reasons.filter((one) => one === reason)).toHaveLength(1);
    }
    expect(warningsOf({ detail: /none/ }).warnings).toEqual([]);
  });

  it("names no identity: identifiers are mail addresses, and warnings go out to every client", () => {
    const one = feature(1, "f", {
      environment: { value: "x", allocations: split(30) },
      options: options("y"),
      identityOverrides: ["ann@example.com", "bob@example.com"].map((name) =>
        forIdentity(name, { enabled: false, value: 5 }),
      ),
    });
    for (const semantics of ["flagsmith", "value"] as const) {
      const { warnings } = translate(one, { semantics, identityOverrideLimit: 1 });
      expect(warnings.length).toBeGreaterThan(1);
      expect(JSON.stringify(warnings)).not.toContain("example.com");
    }
  });
});

it("whoever holds variants of two types is warned of, in both semantics", () => {
  const value: fc.Arbitrary<FlagValue> = fc.constantFrom(null, true, "", "a", 0, 7);
  const state = fc.record({ enabled: fc.boolean(), value });
  fc.assert(
    fc.property(
      fc.tuple(state, state, state, value, fc.constantFrom("flagsmith", "value")),
      ([environment, ofSegment, ofIdentity, ofOption, semantics]) => {
        const one = feature(1, "f", {
          environment,
          options: options(ofOption),
          segmentOverrides: [forSegment(1, 0, ofSegment)],
          identityOverrides: [forIdentity("bob", ofIdentity)],
        });
        const { content, warnings } = translate(one, { semantics: semantics as "flagsmith" | "value" });
        const held = Object.values(content.flags.f?.variants ?? {});
        const mixed = new Set(held.map((variant) => typeof variant)).size > 1;
        if (mixed) expect(warnings.map(({ reason }) => reason)).toContain("type_mismatch");
      },
    ),
    { numRuns: 1_000 },
  );
});
