import { describe, expect, it } from "vitest";
import { shortHash } from "../../../src/translate/shared/short-hash.ts";

describe("shortHash", () => {
  it("is FNV-1a: published values of the 32-bit hash", () => {
    const published: [string, number][] = [
      ["", 0x811c9dc5],
      ["a", 0xe40c292c],
      ["foobar", 0xbf9cf968],
    ];
    for (const [text, hash] of published) expect(shortHash(text)).toBe(hash.toString(36));
  });

  it("tells the parts of a large document apart", () => {
    const texts = Array.from({ length: 2000 }, (_, index) => `{">":[{"var":"age"},${index}]}`);
    expect(new Set(texts.map(shortHash)).size).toBe(texts.length);
  });
});
