import { describe, expect, it } from "vitest";
import { flagSetIdOf, slugify } from "../../../src/model/slug.ts";
import { backoffDelayMs } from "../../../src/support/backoff.ts";
import { LONGEST_TIMER_MS, systemClock } from "../../../src/support/clock.ts";
import { codeOf, messageOf } from "../../../src/support/errors.ts";
import { maskKey, withoutKeys } from "../../../src/support/secrets.ts";

describe("slugify", () => {
  it.each([
    ["Demo shop", "Demo-shop"],
    ["  Ünïcode & more!", "n-code-more"],
    ["__a--", "a"],
    ["日本", "fallback"],
    ["a.b/c", "a-b-c"],
    ["keep_-this", "keep_-this"],
  ])("%j becomes %j", (name, slug) => {
    expect(slugify(name, "fallback")).toBe(slug);
  });
  it("never leaves a flag set id empty", () => {
    expect(flagSetIdOf({ id: 3, name: "…" }, { id: 4, name: "" })).toBe("project-3/environment-4");
  });
});

describe("backoffDelayMs", () => {
  it("grows to its cap, the upper half at random", () => {
    const delays = (random: number) =>
      [0, 1, 2, 10, 99].map((attempt) =>
        backoffDelayMs(attempt, { baseMs: 100, capMs: 1_000, random: () => random }),
      );
    expect(delays(0)).toEqual([50, 100, 200, 500, 500]);
    expect(delays(1)).toEqual([100, 200, 400, 1_000, 1_000]);
  });
});

describe("systemClock", () => {
  it("does not fire a far timer at once, as Node alone would", async () => {
    let fired = false;
    const far = systemClock.after(LONGEST_TIMER_MS + 5_000, () => {
      fired = true;
    });
    await new Promise<void>((resolve) => {
      const sentinel = setInterval(() => {
        clearInterval(sentinel);
        resolve();
      }, 20);
    });
    expect(fired).toBe(false);
    far.cancel();
  });
});

describe("errors and secrets", () => {
  it("finds the words and codes of anything thrown", () => {
    expect(messageOf(new AggregateError([new Error("a"), new Error("b")]))).toBe("a; b");
    expect(messageOf("text")).toBe("text");
    expect(codeOf(Object.assign(new Error("x"), { code: "ECONNREFUSED" }))).toBe("ECONNREFUSED");
    expect(codeOf(null)).toBeUndefined();
  });
  it("shows the last four characters of a key, and nothing of a short text", () => {
    expect(maskKey("ser.abcdefghijklmnop")).toBe("…mnop");
    expect(maskKey("hunter2")).toBe("…");
    expect(
      withoutKeys("pod-7 ser.abcdefghijklmnop of AbCdEfGh.0123456789abcdef0123456789abcdef, ser.…"),
    ).toBe("pod-7 …mnop of …cdef, ser.…");
    expect(withoutKeys("checkout.service/1.2 (observer.internal)")).toBe(
      "checkout.service/1.2 (observer.internal)",
    );
  });
});
