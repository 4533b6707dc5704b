import { describe, expect, it } from "vitest";
import type { Translation } from "../../../src/model/translation.ts";
import type { TranslationCache } from "../../../src/translate/kept/translation-cache.ts";
import { TranslationCaches } from "../../../src/translate/kept/translation-caches.ts";
import { translateEnvironment } from "../../../src/translate/translate-environment.ts";
import { feature, snapshot } from "../../support/build-snapshot.ts";

/** Translates a document whose cache takes about so many KB, and three more. */
function translate(cache: TranslationCache, kilobytes: number, sizeBudgetBytes = 1_000_000): Translation {
  const one = feature(1, "f", { environment: { value: "x".repeat(kilobytes * 50) } });
  return translateEnvironment(snapshot({ features: [one] }), { cache, sizeBudgetBytes });
}

/** Caches of 100 KB in all; `change` and `read` tell which cache was used. */
function caches() {
  const all = new TranslationCaches(100_000);
  const use = (environmentId: number, kilobytes: number, changed: boolean): TranslationCache => {
    const used: TranslationCache[] = [];
    all.translate(environmentId, changed, (cache) => {
      used.push(cache);
      return translate(cache, kilobytes);
    });
    const [cache] = used;
    if (cache === undefined) throw new Error("nothing was translated");
    return cache;
  };
  return {
    all,
    change: (environmentId: number, kilobytes = 40) => use(environmentId, kilobytes, true),
    read: (environmentId: number, kilobytes = 40) => use(environmentId, kilobytes, false),
  };
}

describe("TranslationCaches", () => {
  it("keeps the cache of an environment that changes", () => {
    const { change, read } = caches();
    const first = change(1);
    expect(change(1)).toBe(first);
    expect(read(1)).toBe(first);
    expect(change(2)).not.toBe(first);
  });

  it("lets the one go whose change is longest ago, reading it meanwhile or not", () => {
    const { all, change, read } = caches();
    const [first, second] = [change(1), change(2)];
    read(1);
    change(3);
    expect(all.size).toBe(2);
    expect(change(2)).toBe(second);
    expect(change(1)).not.toBe(first);
  });

  it("counts what a document takes now", () => {
    const { all, change } = caches();
    for (const environmentId of [1, 2]) change(environmentId);
    change(2, 70);
    expect(all.size).toBe(1);
    for (const environmentId of [2, 3, 4, 5]) change(environmentId, 20);
    expect(all.size).toBe(4);
  });

  it("counts a document in compact forms beside the exact one, as long as it is needed", () => {
    const { all, change } = caches();
    change(1);
    all.translate(2, true, (cache) => translate(cache, 30, 0));
    expect(all.size).toBe(1);
    all.translate(2, true, (cache) => translate(cache, 30));
    change(1);
    expect(all.size).toBe(2);
  });

  it("keeps one that is larger than all may be, alone", () => {
    const { all, change } = caches();
    change(1);
    const large = change(2, 500);
    expect(all.size).toBe(1);
    expect(change(2, 500)).toBe(large);
  });

  it("keeps those that nobody changed only while they take an eighth, so that a start leaves room", () => {
    const { all, read, change } = caches();
    const first = read(1, 3);
    for (let environmentId = 2; environmentId <= 1_000; environmentId += 1) read(environmentId, 3);
    expect(all.size).toBe(2);
    expect(read(1, 3)).toBe(first);
    for (const environmentId of [3, 4]) change(environmentId);
    expect(all.size).toBe(4);
  });

  it("keeps the first one that is read, whatever it takes: it may be the only one", () => {
    const { all, read } = caches();
    const first = read(1, 60);
    read(2, 1);
    expect(all.size).toBe(1);
    expect(read(1, 60)).toBe(first);
  });

  it("forgets", () => {
    const { all, change } = caches();
    const first = change(1);
    all.forget(1);
    all.forget(7);
    expect(change(1)).not.toBe(first);
    expect(all.size).toBe(1);
  });
});
