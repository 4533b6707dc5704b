import { describe, expect, it } from "vitest";
import { DatabaseTime } from "../../../src/snapshot/database-time.ts";
import { Schedule } from "../../../src/snapshot/schedule.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const DAY_MS = 86_400_000;

function setUp(databaseAheadMs = 0) {
  const clock = new ManualClock();
  const databaseTime = new DatabaseTime(clock);
  databaseTime.observe(clock.now() + databaseAheadMs);
  const due: [string, number][] = [];
  const schedule = new Schedule<string>({
    clock,
    databaseTime,
    onDue: (subject, dueAtMs) => due.push([subject, dueAtMs]),
  });
  return { clock, databaseTime, due, schedule };
}

describe("Schedule", () => {
  it("wakes at the moment, by the database's clock", () => {
    const { clock, databaseTime, due, schedule } = setUp(-5_000);
    const dueAtMs = databaseTime.nowMs() + 3_000;
    schedule.set("a", dueAtMs);
    clock.advance(2_999);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual([["a", dueAtMs]]);
    expect(clock.delays).toEqual([]);
  });

  it("wakes for what is past already", () => {
    const { clock, databaseTime, due, schedule } = setUp();
    schedule.set("late", databaseTime.nowMs() - 1_000);
    clock.advance(0);
    expect(due.map(([subject]) => subject)).toEqual(["late"]);
  });

  it("survives waits beyond what a timer of Node can hold", () => {
    const { clock, databaseTime, due, schedule } = setUp();
    schedule.set("far", databaseTime.nowMs() + 40 * DAY_MS);
    expect(Math.max(...clock.delays)).toBeLessThan(2 ** 31);
    clock.advance(40 * DAY_MS - 1);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toHaveLength(1);
  });

  it("does not care for a jump of the local wall clock", () => {
    const { clock, databaseTime, due, schedule } = setUp();
    schedule.set("a", databaseTime.nowMs() + 90_000);
    clock.setWall(clock.now() + 10 * DAY_MS);
    clock.advance(89_999);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toHaveLength(1);
  });

  it("follows the database's clock when that is set", () => {
    const { clock, databaseTime, due, schedule } = setUp();
    schedule.set("a", databaseTime.nowMs() + 100_000);
    databaseTime.observe(databaseTime.nowMs() + 50_000);
    clock.advance(60_000);
    expect(due).toHaveLength(1);
  });

  it("takes the earliest of several, replaces and removes", () => {
    const { clock, databaseTime, due, schedule } = setUp();
    const now = databaseTime.nowMs();
    schedule.set("a", now + 300);
    schedule.set("b", now + 100);
    schedule.set("c", now + 200);
    schedule.set("a", now + 50);
    schedule.set("c", null);
    expect(schedule.upcoming().map(({ subject }) => subject)).toEqual(["a", "b"]);
    clock.advance(50);
    expect(due.map(([subject]) => subject)).toEqual(["a"]);
    clock.advance(1_000);
    expect(due.map(([subject]) => subject)).toEqual(["a", "b"]);
  });

  it("leaves no timer when stopped", () => {
    const { clock, databaseTime, schedule } = setUp();
    schedule.set("a", databaseTime.nowMs() + 300);
    schedule.stop();
    expect(clock.delays).toEqual([]);
  });
});
