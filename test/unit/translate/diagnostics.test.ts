import { describe, expect, it } from "vitest";
import type { TranslationWarning } from "../../../src/model/warning.ts";
import { diagnose } from "../../../src/translate/diagnostics.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { warningsMetadata } from "../../../src/translate/warnings.ts";
import { feature, options, snapshot, split } from "../../support/build-snapshot.ts";

describe("diagnose", () => {
  it("lists features with warnings and counts them", () => {
    const translation = translateEnvironment(
      snapshot({
        features: [
          feature(1, "plain"),
          feature(2, "colour", {
            environment: { value: "red", allocations: split(50) },
            options: options(5),
          }),
        ],
      }),
      { sizeBudgetBytes: 10 },
    );
    expect(diagnose(translation)).toEqual({
      flagSetId: "Shop/Production",
      translatorVersion: "v1",
      environmentWarnings: [{ reason: "compact_encoding", detail: expect.stringContaining("budget is 10") }],
      features: [
        {
          name: "colour",
          warnings: [
            { reason: "type_mismatch", detail: "string: control; number: option 1" },
            { reason: "percentage_bucketing_differs", detail: expect.any(String) },
          ],
        },
      ],
      summary: { featuresWithWarnings: 1, totalWarnings: 3 },
    });
  });
});

describe("warningsMetadata", () => {
  const warnings = (count: number): TranslationWarning[] =>
    Array.from({ length: count }, (_, index) => ({
      reason: "regex_unsupported",
      detail: `pattern ${index}`,
      feature: "f",
    }));

  it("is absent without warnings, and JSON in a string with them", () => {
    expect(warningsMetadata([])).toBeUndefined();
    expect(warningsMetadata(warnings(1))).toBe(
      '[{"reason":"regex_unsupported","detail":"feature=f; pattern 0"}]',
    );
  });

  it("shows twenty entries at most, the last of which says how many more", () => {
    expect(JSON.parse(warningsMetadata(warnings(20)) ?? "")).toHaveLength(20);
    const many = JSON.parse(warningsMetadata(warnings(150)) ?? "");
    expect(many).toHaveLength(20);
    expect(many[19]).toEqual({
      reason: "regex_unsupported",
      detail: "and 131 more warnings; see diagnostics",
    });
  });

  it("cuts a long detail between characters", () => {
    const [entry] = JSON.parse(
      warningsMetadata([{ reason: "malformed_value", detail: "☃🎉".repeat(300) }]) ?? "",
    );
    expect(Array.from(entry.detail)).toHaveLength(200);
    expect(entry.detail).toBe("☃🎉".repeat(100));
  });
});
