import { expect, it } from "vitest";
import { restoreRevision } from "../../../src/publish/restore-revision.ts";
import { revisionOf } from "../state/saved.ts";

it("makes the same revision of a document as it was published", () => {
  const published = revisionOf(1, "flag", 1_234);
  const restored = restoreRevision(published);
  expect(restored).toMatchObject({
    hash: published.hash,
    version: published.version,
    flagSetId: "shop/env-1",
  });
  expect(restored?.bytes.equals(published.bytes)).toBe(true);
  expect(restored?.document.frame().equals(published.document.frame())).toBe(true);
});

it.each([
  ["of another content", { hash: revisionOf(1, "other").hash }],
  ["of another time", { versionMs: 1_235 }],
  ["of other bytes", { bytes: Buffer.from("{}") }],
])("makes none of a document with a name %s", (_, changed) => {
  expect(restoreRevision({ ...revisionOf(1, "flag", 1_234), ...changed })).toBeUndefined();
});
