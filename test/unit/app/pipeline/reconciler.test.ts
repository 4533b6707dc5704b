import { describe, expect, it } from "vitest";
import { Reconciler } from "../../../../src/app/pipeline/reconciler.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

function reconciler(reconcileMs: number): {
  clock: ManualClock;
  asked: string[];
  compared: number[];
  subject: Reconciler<string>;
} {
  const clock = new ManualClock();
  const asked: string[] = [];
  const compared: number[] = [];
  const subject = new Reconciler<string>({
    clock,
    reconcileMs,
    readAll(reason) {
      asked.push(reason);
      return ["a", "b"];
    },
    onCompared: (beganMs) => void compared.push(beganMs),
  });
  return { clock, asked, compared, subject };
}

describe("a reconciler", () => {
  it("compares at its interval, every two seconds while polling, and at its interval again", () => {
    const { clock, asked, subject } = reconciler(60_000);
    const readBoth = (): void => {
      for (const part of ["a", "b"]) subject.read(part, clock.monotonicMs());
    };
    subject.start();
    clock.advance(59_999);
    expect(asked).toEqual([]);
    clock.advance(1);
    expect(asked).toEqual(["reconcile"]);
    readBoth();
    subject.poll(true);
    for (let round = 0; round < 3; round += 1) {
      clock.advance(2_000);
      readBoth();
    }
    expect(asked).toHaveLength(4);
    subject.poll(false);
    clock.advance(59_999);
    expect(asked).toHaveLength(4);
    subject.stop();
    clock.advance(600_000);
    expect(asked).toHaveLength(4);
  });

  it("leaves the database at rest four times as long as a comparison took", () => {
    const { clock, asked, subject } = reconciler(60_000);
    subject.start();
    subject.poll(true);
    clock.advance(2_000);
    clock.advance(1_500);
    for (const part of ["a", "b"]) subject.read(part, clock.monotonicMs());
    clock.advance(500);
    expect(asked).toHaveLength(2);
    for (const part of ["a", "b"]) subject.read(part, clock.monotonicMs());
    clock.advance(60_000);
    expect(asked.length).toBeLessThan(32);
  });

  it("is complete when every part was read by a reading that began after it", () => {
    const { clock, compared, subject } = reconciler(60_000);
    const before = clock.monotonicMs();
    clock.advance(10);
    let complete = false;
    subject.compare("resync", () => {
      complete = true;
    });
    const beganMs = clock.monotonicMs();
    subject.read("a", beganMs);
    subject.read("b", before);
    expect([complete, compared]).toEqual([false, []]);
    subject.read("b", beganMs);
    expect([complete, compared]).toEqual([true, [beganMs]]);
  });

  it("is complete without a part that is gone, and never if another began before", () => {
    const { clock, subject } = reconciler(60_000);
    const completed: string[] = [];
    subject.compare("resync", () => completed.push("first"));
    subject.compare("resync", () => completed.push("second"));
    subject.read("a", clock.monotonicMs());
    subject.drop("b");
    expect(completed).toEqual(["second"]);
  });

  it("does not begin one while another is under way", () => {
    const { clock, asked, subject } = reconciler(60_000);
    subject.start();
    subject.poll(true);
    clock.advance(20_000);
    expect(asked).toHaveLength(1);
  });
});
