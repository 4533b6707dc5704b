import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/model/canonical-json.ts";
import type { DocumentContent } from "../../../src/model/document.ts";
import type { Translation } from "../../../src/model/translation.ts";
import { buildRevision, hashContent } from "../../../src/publish/build-revision.ts";

const translationOf = (content: DocumentContent): Translation => ({
  content,
  text: canonicalJson(content),
  warnings: [],
  featureNames: [],
});

const translation = translationOf({
  $schema: "https://flagd.dev/schema/v0/flags.json",
  flags: {
    "ünïcode }}": {
      state: "ENABLED",
      variants: { control: 'x\n"}}' },
      defaultVariant: "control",
      metadata: {},
    },
    __proto__x: {
      state: "DISABLED",
      variants: { control: true },
      defaultVariant: "control",
      metadata: { a: 1 },
    },
  },
  $evaluators: { vip: { "===": [{ var: "vip" }, true] } },
  metadata: {
    flagSetId: "p/e",
    "flagsmith.environmentId": 7,
    "flagsmith.translatorVersion": "v1",
    "flagsmith.warnings": "[]",
  },
});

describe("buildRevision", () => {
  it("puts the version where serialising the whole document would put it", () => {
    const versionMs = Date.UTC(2026, 10, 23, 1, 2, 3, 45);
    const revision = buildRevision({
      content: hashContent(translation),
      environmentId: 7,
      projectId: 1,
      versionMs,
    });
    const whole = {
      ...translation.content,
      metadata: { ...translation.content.metadata, version: "2026-11-23T01:02:03.045Z" },
    };
    expect(revision.bytes.toString("utf8")).toBe(canonicalJson(whole));
    expect(revision).toMatchObject({ flagSetId: "p/e", version: "2026-11-23T01:02:03.045Z", versionMs });
  });

  it("remembers of the translation only what diagnostics tell", () => {
    const warning = { reason: "malformed_value", detail: "x", feature: "b" } as const;
    const content = hashContent({ ...translation, warnings: [warning], featureNames: ["a", "b", "c"] });
    const revision = buildRevision({ content, environmentId: 7, projectId: 1, versionMs: 0 });
    expect(revision.findings).toEqual({
      translatorVersion: "v1",
      warnings: [warning],
      warnedFeatures: ["b"],
    });
    expect(revision.document.size).toBe(revision.bytes.length);
  });

  it("hashes the content alone: another version, the same hash; other content, another", () => {
    const content = hashContent(translation);
    const at = (versionMs: number) => buildRevision({ content, environmentId: 7, projectId: 1, versionMs });
    expect(at(0).hash).toBe(at(1).hash);
    expect(at(0).bytes.equals(at(1).bytes)).toBe(false);
    const other = hashContent(translationOf({ ...translation.content, flags: {} }));
    expect(other.hash).not.toBe(content.hash);
  });

  it("does not depend on the order of members", () => {
    const { $schema, flags, metadata } = translation.content;
    const turned = Object.fromEntries(Object.entries(flags).reverse());
    const left = hashContent(translationOf({ $schema, flags, metadata }));
    const right = hashContent(translationOf({ metadata, flags: turned, $schema }));
    expect(left.hash).toBe(right.hash);
  });
});
