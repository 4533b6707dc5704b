import { describe, expect, it } from "vitest";
import { Staleness } from "../../../../src/app/database/staleness.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("staleness", () => {
  it("is none until there is a cause, and none after the last", () => {
    const clock = new ManualClock();
    const staleness = new Staleness(clock);
    clock.advance(5_000);
    expect([staleness.report().staleMs, staleness.ageMs(1), staleness.summary()]).toEqual([0, 0, undefined]);
    staleness.begin("database", "gone");
    clock.advance(2_000);
    staleness.begin("standby", "a standby");
    staleness.begin("database", "still gone");
    clock.advance(1_500);
    expect(staleness.summary()).toEqual({ seconds: 3.5, reason: "a standby" });
    staleness.end("standby");
    expect(staleness.summary()).toEqual({ seconds: 3.5, reason: "still gone" });
    staleness.end("database");
    expect([staleness.ageMs(1), staleness.summary()]).toEqual([0, undefined]);
  });

  it("counts from the last proof of life, and from each comparison that succeeds meanwhile", () => {
    const clock = new ManualClock();
    const staleness = new Staleness(clock);
    const lastAnswerMs = clock.monotonicMs();
    clock.advance(7_000);
    staleness.begin("database", "silent", lastAnswerMs);
    expect(staleness.ageMs(1)).toBe(7_000);
    staleness.compared(clock.monotonicMs() - 500);
    expect(staleness.ageMs(1)).toBe(500);
    staleness.compared(lastAnswerMs);
    expect(staleness.ageMs(1)).toBe(500);
  });

  it("knows environments that fail alone", () => {
    const clock = new ManualClock();
    const staleness = new Staleness(clock);
    expect(staleness.fails(7, "timeout")).toBe(true);
    clock.advance(1_000);
    expect(staleness.fails(7, "timeout")).toBe(false);
    clock.advance(1_000);
    expect([staleness.ageMs(7), staleness.ageMs(8)]).toEqual([2_000, 0]);
    expect(staleness.figures()).toEqual({ seconds: 2, environments: 1, causes: [] });
    expect(staleness.read(7)).toBe(2_000);
    expect(staleness.read(7)).toBeUndefined();
    expect(staleness.summary()).toBeUndefined();
  });
});
