import { gunzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import type { Revision, RevisionDocument } from "../../../src/model/revision.ts";
import { keepDocument } from "../../../src/publish/kept-document.ts";
import { WarmDocuments } from "../../../src/publish/warm-documents.ts";

const message = (frame: Buffer): Buffer =>
  frame[0] === 1 ? gunzipSync(frame.subarray(5)) : frame.subarray(5);

describe("KeptDocument", () => {
  it.each([0, 1, 127, 128, 16_383, 16_384, 2_100_000])("frames a document of %i bytes", (size) => {
    const text = "x".repeat(size);
    const document = keepDocument(text.slice(0, size >> 1), text.slice(size >> 1));
    expect(document.size).toBe(size);
    expect(document.bytes().toString()).toBe(text);
    const frame = document.frame();
    expect(frame[0]).toBe(0);
    expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
    expect(frame[5]).toBe(0x0a);
    expect(message(document.zippedFrame()).equals(message(frame))).toBe(true);
  });

  it("has one buffer for the frame and the bytes, and one zipped frame", () => {
    const document = keepDocument("ünïcode", "!");
    expect(document.bytes().buffer).toBe(document.frame().buffer);
    expect(document.frame()).toBe(document.frame());
    expect(document.zippedFrame()).toBe(document.zippedFrame());
    expect(document.bytes().toString()).toBe("ünïcode!");
  });

  it.each([true, false])("gives the same forms at rest (zipped before: %s)", async (zippedBefore) => {
    const document = keepDocument(JSON.stringify({ text: "resting ".repeat(1_000) }));
    const before = Buffer.from(document.frame());
    if (zippedBefore) document.zippedFrame();
    document.rest();
    document.rest();
    expect(document.frame().equals(before)).toBe(true);
    await vi.waitFor(() => {
      globalThis.gc?.();
      expect(document.frame().equals(before)).toBe(true);
    });
    expect(message(document.zippedFrame()).equals(before.subarray(5))).toBe(true);
    expect(document.bytes().toString()).toBe(before.subarray(-document.size).toString());
  });
});

describe("WarmDocuments", () => {
  const revision = (environmentId: number, size: number) => {
    const rest = vi.fn();
    const none = (): Buffer => Buffer.alloc(0);
    const document: RevisionDocument = { size, rest, bytes: none, frame: none, zippedFrame: none };
    const made: Revision = {
      environmentId,
      projectId: 1,
      flagSetId: "p/e",
      hash: "",
      version: "",
      versionMs: 0,
      document,
      bytes: Buffer.alloc(0),
      findings: { translatorVersion: "v1", warnings: [], warnedFeatures: [] },
    };
    return Object.assign(made, { rest });
  };

  it("puts those to rest that were not used for longest, once the budget is spent", () => {
    const warm = new WarmDocuments(100);
    const [one, two, three] = [revision(1, 40), revision(2, 40), revision(3, 40)];
    warm.add(one);
    warm.add(two);
    warm.used(1);
    expect(one.rest).not.toHaveBeenCalled();
    warm.add(three);
    expect(one.rest).not.toHaveBeenCalled();
    expect(two.rest).toHaveBeenCalledOnce();
    warm.used(2);
    warm.add(revision(3, 60));
    expect(three.rest).not.toHaveBeenCalled();
    expect(one.rest).not.toHaveBeenCalled();
  });

  it("keeps the newest even where it alone is too large, and forgets what is retired", () => {
    const warm = new WarmDocuments(100);
    const large = revision(1, 1_000);
    warm.add(large);
    expect(large.rest).not.toHaveBeenCalled();
    const next = revision(2, 50);
    warm.add(next);
    expect(large.rest).toHaveBeenCalledOnce();
    warm.forget(2);
    warm.add(revision(3, 100));
    expect(next.rest).not.toHaveBeenCalled();
  });
});
