import { describe, expect, it } from "vitest";
import { ChangeLedger, type ChangeScope } from "../../../src/snapshot/change-ledger.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function setUp() {
  const clock = new ManualClock();
  const due: number[] = [];
  const ledger = new ChangeLedger({
    clock,
    times: { settleMs: 100, settleAtMostMs: 1_000 },
    onDue: (environmentId) => due.push(environmentId),
  });
  return { clock, due, ledger };
}

const feature = (...features: number[]): ChangeScope => ({ environmentId: 1, features, segments: null });
const segment = (...segments: number[]): ChangeScope => ({ environmentId: 1, features: null, segments });
const whole: ChangeScope = { environmentId: 1, features: null, segments: null };

describe("ChangeLedger", () => {
  it("lets a complete change out at once", () => {
    const { due, ledger } = setUp();
    ledger.complete(feature(7));
    expect(due).toEqual([1]);
  });

  it("waits until a series has been quiet", () => {
    const { clock, due, ledger } = setUp();
    ledger.opensSeries(feature(7));
    clock.advance(60);
    ledger.opensSeries(feature(7));
    clock.advance(99);
    expect(due).toEqual([]);
    expect(ledger.held(1)).toEqual({ features: new Set([7]), segments: new Set() });
    clock.advance(1);
    expect(due).toEqual([1]);
    expect(ledger.held(1)).toEqual({ features: new Set(), segments: new Set() });
  });

  it("waits for a series no longer than its bound", () => {
    const { clock, due, ledger } = setUp();
    for (let elapsed = 0; elapsed < 1_000; elapsed += 50) {
      ledger.opensSeries(feature(7));
      clock.advance(50);
    }
    expect(due).toEqual([1]);
  });

  it("lets a complete change of the same feature join the series", () => {
    const { clock, due, ledger } = setUp();
    ledger.opensSeries(feature(7));
    clock.advance(50);
    ledger.complete(feature(7));
    clock.advance(99);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual([1]);
  });

  it("does not delay a complete change of another feature, and keeps the series held meanwhile", () => {
    const { due, ledger } = setUp();
    ledger.opensSeries(feature(7));
    ledger.complete(feature(8));
    expect(due).toEqual([1]);
    expect(ledger.held(1)).toEqual({ features: new Set([7]), segments: new Set() });
    ledger.complete(feature(7, 9));
    expect(due).toEqual([1, 1]);
  });

  it("treats segments like features", () => {
    const { clock, due, ledger } = setUp();
    ledger.opensSeries(segment(3));
    ledger.complete(segment(3));
    expect(due).toEqual([]);
    clock.advance(100);
    expect(due).toEqual([1]);
  });

  it("holds the whole environment while a switch of versioning or a clone is under way", () => {
    const { clock, due, ledger } = setUp();
    ledger.opensSeries(whole);
    ledger.complete(feature(8));
    expect(ledger.held(1)).toBe("everything");
    expect(due).toEqual([]);
    clock.advance(100);
    expect(due).toEqual([1]);
    expect(ledger.held(1)).not.toBe("everything");
  });

  it("keeps environments apart", () => {
    const { due, ledger } = setUp();
    ledger.opensSeries(feature(7));
    ledger.complete({ environmentId: 2, features: [7], segments: null });
    expect(due).toEqual([2]);
  });

  it("forgets without leaving a timer", () => {
    const { clock, due, ledger } = setUp();
    ledger.opensSeries(feature(7));
    ledger.opensSeries(whole);
    ledger.opensSeries(segment(3));
    ledger.forget();
    expect(clock.delays).toEqual([]);
    clock.advance(1_000);
    expect(due).toEqual([]);
  });
});
